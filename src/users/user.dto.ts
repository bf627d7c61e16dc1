import { ApiProperty } from "../common/open-api.decorators";
import type { User } from "./user-directory.port";

const text = { type: String, nullable: true } as const;

/** The OpenAPI schema of the app's own fields. */
export const openObject = {
  type: "object",
  additionalProperties: true,
} as const;

/** A user as shown to themselves. */
export class UserDto {
  @ApiProperty({
    format: "uuid",
    example: "0198c5a0-6f2b-7000-8000-000000000001",
  })
  readonly id: string;

  @ApiProperty({ ...text, example: "ada@gmail.com" })
  readonly email: string | null;

  @ApiProperty()
  readonly emailVerified: boolean;

  @ApiProperty({
    enum: ["authoritative", "verified", "unverified"],
    description: "How far Google vouches for the address",
  })
  readonly emailAuthority: User["emailAuthority"];

  @ApiProperty({ ...text, example: "Ada L" })
  readonly name: string | null;

  @ApiProperty({ ...text, example: "Ada" })
  readonly givenName: string | null;

  @ApiProperty({ ...text, example: "L" })
  readonly familyName: string | null;

  @ApiProperty({ ...text, format: "uri" })
  readonly picture: string | null;

  @ApiProperty(text)
  readonly locale: string | null;

  @ApiProperty({ ...text, description: "Google Workspace domain" })
  readonly hostedDomain: string | null;

  @ApiProperty({ type: [String] })
  readonly roles: readonly string[];

  @ApiProperty({ enum: ["active", "disabled"] })
  readonly status: User["status"];

  @ApiProperty({
    ...openObject,
    description: "The app's own fields",
    example: { newsletter: true },
  })
  readonly profile: Readonly<Record<string, unknown>>;

  @ApiProperty({ format: "date-time" })
  readonly createdAt: string;

  @ApiProperty({ format: "date-time" })
  readonly lastSignInAt: string;

  constructor(user: User) {
    this.id = user.id;
    this.email = user.email;
    this.emailVerified = user.emailVerified;
    this.emailAuthority = user.emailAuthority;
    this.name = user.name;
    this.givenName = user.givenName;
    this.familyName = user.familyName;
    this.picture = user.picture;
    this.locale = user.locale;
    this.hostedDomain = user.hostedDomain;
    this.roles = user.roles;
    this.status = user.status;
    this.profile = user.profile;
    this.createdAt = user.createdAt.toISOString();
    this.lastSignInAt = user.lastSignInAt.toISOString();
  }
}
