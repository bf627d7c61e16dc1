import { ApiProperty } from "../common/open-api.decorators";
import { ReauthenticationRequestDto } from "../auth/sessions/sessions.dto";
import { type AccountName } from "../identity/verified-identity";
import { digestOf } from "../users/stored-identity";
import type { Identity } from "../users/user-directory.port";

/**
 * What a client sends in addition to a token of the account to link, as for a
 * reauthentication.
 */
export class LinkIdentityRequestDto extends ReauthenticationRequestDto {}

/** An account that the user can sign in with. */
export class IdentityDto {
  @ApiProperty({
    description: "Derived from issuer and subject; never changes",
  })
  readonly id: string;

  @ApiProperty({ example: "https://accounts.google.com" })
  readonly issuer: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "As reported by the provider at the last sign-in",
  })
  readonly email: string | null;

  @ApiProperty({ format: "date-time" })
  readonly createdAt: string;

  @ApiProperty({
    format: "date-time",
    description: "Same as createdAt until the first sign-in with it",
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

/** The accounts that a user can sign in with. */
export class IdentitiesDto {
  @ApiProperty({ type: [IdentityDto] })
  readonly items: readonly IdentityDto[];

  constructor(identities: readonly Identity[]) {
    this.items = identities.map((identity) => new IdentityDto(identity));
  }
}

/**
 * A name that can be used in a path and does not reveal the subject: 43
 * base64url characters.
 */
export function identityIdOf(account: AccountName): string {
  return digestOf(account).toString("base64url");
}
