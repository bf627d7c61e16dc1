import {
  ApiProperty,
  ApiPropertyOptional,
} from "../common/open-api.decorators";

/** The parameters of revocation and introspection. */
export class TokenParameterDto {
  @ApiProperty()
  readonly token!: string;

  @ApiPropertyOptional({
    description: "Optional and ignored; may be wrong",
    enum: ["access_token", "refresh_token"],
  })
  readonly token_type_hint?: string;
}

/** RFC 7662 §2.2; if `active` is false, there are no other members. */
export class IntrospectionDto {
  @ApiProperty()
  readonly active!: boolean;

  @ApiPropertyOptional({ enum: ["Bearer", "DPoP"] })
  readonly token_type?: string;

  @ApiPropertyOptional({ description: "Space-separated" })
  readonly scope?: string;

  @ApiPropertyOptional({ description: "The Google client id of the sign-in" })
  readonly client_id?: string;

  @ApiPropertyOptional({ format: "uuid", description: "The user" })
  readonly sub?: string;

  @ApiPropertyOptional({ format: "uuid", description: "The session" })
  readonly sid?: string;

  @ApiPropertyOptional()
  readonly iss?: string;

  @ApiPropertyOptional()
  readonly aud?: string;

  @ApiPropertyOptional()
  readonly jti?: string;

  @ApiPropertyOptional({ description: "Seconds since 1970" })
  readonly iat?: number;

  @ApiPropertyOptional({ description: "Seconds since 1970" })
  readonly exp?: number;

  @ApiPropertyOptional({ type: [String] })
  readonly roles?: string[];

  @ApiPropertyOptional({
    type: "object",
    additionalProperties: true,
    description: "`jkt`: the thumbprint of the key that it is bound to",
  })
  readonly cnf?: object;
}
