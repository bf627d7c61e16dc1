import {
  ApiProperty,
  ApiPropertyOptional,
} from "../common/open-api.decorators";
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsString,
  Matches,
  MaxLength,
  ValidateIf,
} from "class-validator";
import type { Session } from "../sessions/session-store.port";
import { UserDto } from "../users/user.dto";
import type { IdentityStanding } from "../users/identity-standings";
import { maxRoles, roleName, roleNameRule } from "../users/role-names";
import type { Identity, User } from "../users/user-directory.port";
import type { UserStatus } from "../users/user.entity";
import { IfGiven, PageQueryDto } from "./page.dto";

const statuses = ["active", "disabled"] as const;

/** Filters for the list of users; absent or empty parameters are ignored. */
export class UsersQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    description: "The whole address, in upper or lower case",
    maxLength: 320,
  })
  @IfGiven()
  @IsString({ message: "must be a string, sent once" })
  @MaxLength(320, { message: "must have at most 320 characters" })
  @Matches(/^[^\0\p{Cs}]*$/u, { message: "must be an e-mail address" })
  readonly email?: string;

  @ApiPropertyOptional({
    description: "The whole name, in upper or lower case",
    maxLength: 256,
  })
  @IfGiven()
  @IsString({ message: "must be a string, sent once" })
  @MaxLength(256, { message: "must have at most 256 characters" })
  @Matches(/^[^\0\p{Cs}]*$/u, { message: "must be text" })
  readonly name?: string;

  @ApiPropertyOptional({ enum: statuses })
  @IfGiven()
  @IsIn(statuses, { message: "must be active or disabled" })
  readonly status?: UserStatus;
}

/** Changes to a user by an administrator; absent fields stay as they are. */
export class UserChangesDto {
  @ApiPropertyOptional({
    enum: statuses,
    description: "disabled ends all sessions; the user can no longer sign in",
  })
  @ValidateIf((_changes, value) => value !== undefined)
  @IsIn(statuses, { message: "must be active or disabled" })
  readonly status?: UserStatus;

  @ApiPropertyOptional({
    type: [String],
    maxItems: maxRoles,
    description:
      "The complete list of the user's roles. It takes effect at the next refresh; removing `admin` ends all sessions.",
  })
  @ValidateIf((_changes, value) => value !== undefined)
  @IsArray({ message: "must be a list" })
  @ArrayMaxSize(maxRoles, { message: `must have at most ${maxRoles} entries` })
  @ArrayUnique({ message: "must not have an entry twice" })
  @Matches(roleName, {
    each: true,
    message: `must have role names only: ${roleNameRule}`,
  })
  readonly roles?: string[];
}

/** A page of users, newest first. */
export class UsersPageDto {
  @ApiProperty({ type: [UserDto] })
  readonly items!: readonly UserDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      "Send it as `cursor` to get the next page; null on the last page",
  })
  readonly nextCursor!: string | null;
}

/** An account at a provider, as an administrator sees it. */
export class UserIdentityDto {
  @ApiProperty()
  readonly issuer: string;

  @ApiProperty({ description: "The provider's name for the account" })
  readonly subject: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "As reported by the provider at the last sign-in",
  })
  readonly email: string | null;

  @ApiProperty({
    description:
      "Whether the provider reports that the account is compromised or disabled, or it was linked from such an account; it cannot be used to sign in then",
  })
  readonly blocked: boolean;

  @ApiProperty({
    type: String,
    format: "date-time",
    nullable: true,
    description: "When it was blocked",
  })
  readonly blockedSince: Date | null;

  @ApiProperty({ type: String, format: "date-time" })
  readonly createdAt: Date;

  @ApiProperty({ type: String, format: "date-time" })
  readonly lastSignInAt: Date;

  constructor(identity: Identity, standing: IdentityStanding | null) {
    const { email } = identity.claims;
    this.issuer = identity.issuer;
    this.subject = identity.subject;
    this.email = typeof email === "string" ? email : null;
    this.blocked = standing?.blocked ?? false;
    this.blockedSince = standing?.blockedSince ?? null;
    this.createdAt = identity.createdAt;
    this.lastSignInAt = identity.lastSignInAt;
  }
}

const text = { type: String, nullable: true } as const;

/** A session of a user, as an administrator sees it. */
export class UserSessionDto {
  @ApiProperty({ format: "uuid" })
  readonly id: string;

  @ApiProperty({ ...text, description: "The label that the client sent" })
  readonly device: string | null;

  @ApiProperty({ ...text, description: "Address of the last use" })
  readonly ip: string | null;

  @ApiProperty(text)
  readonly userAgent: string | null;

  @ApiProperty()
  readonly createdAt: Date;

  @ApiProperty()
  readonly lastUsedAt: Date;

  constructor(session: Session) {
    this.id = session.id;
    this.device = session.device;
    this.ip = session.ip;
    this.userAgent = session.userAgent;
    this.createdAt = session.createdAt;
    this.lastUsedAt = session.lastUsedAt;
  }
}

/** A user and their linked accounts. */
export class UserWithIdentitiesDto extends UserDto {
  @ApiProperty({ type: [UserIdentityDto] })
  readonly identities: readonly UserIdentityDto[];

  constructor(user: User, identities: readonly UserIdentityDto[]) {
    super(user);
    this.identities = identities;
  }
}
