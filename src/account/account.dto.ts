import { ApiProperty } from "../common/open-api.decorators";
import { openObject, UserDto } from "../users/user.dto";

/** A change to the app's own fields. */
export class ProfileRequestDto {
  @ApiProperty({
    ...openObject,
    example: { newsletter: true },
    description:
      "Each field replaces the field of the same name, and null removes it; a nested object is replaced as a whole. At most 8 kB of JSON, 5 levels deep. The body must not contain anything other than `profile`.",
  })
  readonly profile!: object;
}

const list = { type: "array", items: openObject } as const;

/** Everything stored about a user. */
export class AccountExportDto {
  @ApiProperty()
  readonly exportedAt!: Date;

  @ApiProperty({ type: UserDto })
  readonly user!: UserDto;

  @ApiProperty({
    ...list,
    description: "Google accounts, and what Google said at the last sign-in",
  })
  readonly identities!: object[];

  @ApiProperty({ ...list, description: "Including those that have ended" })
  readonly sessions!: object[];

  @ApiProperty({ ...list, description: "What happened to the user" })
  readonly auditEvents!: object[];

  @ApiProperty({ ...list, description: "What the user did as administrator" })
  readonly actions!: object[];

  @ApiProperty({
    type: [String],
    description: "What remains after the account is deleted, and for how long",
  })
  readonly remainsAfterDeletion!: string[];
}
