import { ApiProperty } from "@nestjs/swagger";
import { openObject, UserDto } from "../users/user.dto";

/** A change of the app's own fields. */
export class ProfileRequestDto {
  @ApiProperty({
    ...openObject,
    example: { newsletter: true },
    description:
      "Each field replaces the one of this name, null removes it; a nested object is replaced as a whole. At most 8 kB of JSON, 5 levels deep. Beside `profile` the body must have nothing.",
  })
  readonly profile!: object;
}

const list = { type: "array", items: openObject } as const;

/** Everything that is held about a user. */
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

  @ApiProperty({ ...list, description: "Also those that are over" })
  readonly sessions!: object[];

  @ApiProperty({ ...list, description: "What happened to the user" })
  readonly auditEvents!: object[];

  @ApiProperty({ ...list, description: "What the user did as administrator" })
  readonly actions!: object[];

  @ApiProperty({
    type: [String],
    description: "What the deletion of the account leaves, and for how long",
  })
  readonly remainsAfterDeletion!: string[];
}
