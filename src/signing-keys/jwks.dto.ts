import {
  ApiProperty,
  ApiPropertyOptional,
} from "../common/open-api.decorators";
import type { PublishedKey } from "./signing-keys.port";

/** A public key (RFC 7517): of the curve P-256 for ES256, or an RSA key for RS256. */
class JwkDto {
  @ApiProperty({ enum: ["EC", "RSA"], example: "EC" })
  readonly kty!: string;

  @ApiProperty({ example: "n5zj0Q0h1Xq3" })
  readonly kid!: string;

  @ApiProperty({ enum: ["ES256", "RS256"], example: "ES256" })
  readonly alg!: string;

  @ApiProperty({ enum: ["sig"], example: "sig" })
  readonly use!: string;

  @ApiPropertyOptional({ description: "EC: the curve", enum: ["P-256"] })
  readonly crv?: string;

  @ApiPropertyOptional({ description: "EC, base64url" })
  readonly x?: string;

  @ApiPropertyOptional({ description: "EC, base64url" })
  readonly y?: string;

  @ApiPropertyOptional({ description: "RSA: the modulus, base64url" })
  readonly n?: string;

  @ApiPropertyOptional({ description: "RSA: the exponent, base64url" })
  readonly e?: string;
}

/** The keys of the access tokens: next, current and previous. */
export class JwksDto {
  @ApiProperty({ type: [JwkDto] })
  readonly keys!: readonly PublishedKey[];
}
