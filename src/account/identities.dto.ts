import { ApiProperty } from "../common/open-api.decorators";
import { ReauthenticationRequestDto } from "../auth/sessions/sessions.dto";
import { type AccountName } from "../identity/verified-identity";
import { digestOf } from "../users/stored-identity";
import type { Identity } from "../users/user-directory.port";

/** What comes beside a token of the account to link, as for a reauthentication. */
export class LinkIdentityRequestDto extends ReauthenticationRequestDto {}

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
export function identityIdOf(account: AccountName): string {
  return digestOf(account).toString("base64url");
}
