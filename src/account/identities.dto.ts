import { hash } from "node:crypto";
import { ApiProperty, ApiPropertyOptional, PickType } from "@nestjs/swagger";
import { IsOptional, IsString, MaxLength } from "class-validator";
import { SignInRequestDto } from "../auth/auth.dto";
import { googleProviderName } from "../identity/identity-providers";
import type { Identity } from "../users/user-directory.port";

/** What links one more account: a token of it, as for a sign-in, and whose token it is. */
export class LinkIdentityRequestDto extends PickType(SignInRequestDto, [
  "idToken",
  "idtoken",
  "id_token",
  "credential",
  "nonce",
] as const) {
  @ApiPropertyOptional({
    default: googleProviderName,
    description: "Google, or a provider of VERIFY_TOKEN_PROVIDERS",
  })
  @IsOptional()
  @IsString({ message: "must be a string" })
  @MaxLength(64, { message: "must have at most 64 characters" })
  provider?: string;
}

/** An account that signs the user in. */
export class IdentityDto {
  @ApiProperty({ description: "Stands for issuer and subject, and stays" })
  readonly id: string;

  @ApiProperty({ example: "https://accounts.google.com" })
  readonly issuer: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "What the provider said last",
  })
  readonly email: string | null;

  @ApiProperty({ format: "date-time" })
  readonly createdAt: string;

  @ApiProperty({
    format: "date-time",
    description: "As createdAt until it signs in",
  })
  readonly lastSignInAt: string;

  constructor(identity: Identity) {
    const { email } = identity.claims;
    this.id = identityIdOf(identity);
    this.issuer = identity.issuer;
    this.email = typeof email === "string" ? email : null;
    this.createdAt = identity.createdAt.toISOString();
    this.lastSignInAt = identity.lastSignInAt.toISOString();
  }
}

/** The accounts that sign a user in. */
export class IdentitiesDto {
  @ApiProperty({ type: [IdentityDto] })
  readonly items: readonly IdentityDto[];

  constructor(identities: readonly Identity[]) {
    this.items = identities.map((identity) => new IdentityDto(identity));
  }
}

/** A name that is fit for a path, and has no subject in it: 43 characters of base64url. */
export function identityIdOf({
  issuer,
  subject,
}: Pick<Identity, "issuer" | "subject">): string {
  return hash("sha256", JSON.stringify([issuer, subject]), "base64url");
}
