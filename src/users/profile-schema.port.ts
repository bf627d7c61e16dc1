import type { FieldError } from "../common/auth-error";

/** The app's own fields of a user: a JSON object. */
export type Profile = Readonly<Record<string, unknown>>;

/** A profile as a schema has read it. */
export interface ParsedProfile {
  /** As it is to be stored: perhaps with blanks trimmed or defaults filled in. */
  readonly profile: Profile;
  /**
   * What is wrong with the fields that are there, unknown ones included; a
   * missing field is not wrong. Named by path, such as `address.city`; "" is
   * the whole.
   */
  readonly errors: readonly FieldError[];
}

/**
 * What the app wants to know of its users. Every profile it is handed is a JSON
 * object within the limits of `profile-limits.ts`, without a null at its top.
 *
 * Concurrency: asked by every sign-in and every refresh at once. Idempotent: a
 * profile that it has read is read again as it is. It always answers.
 */
export abstract class ProfileSchema {
  /**
   * Reads a whole profile, as a change would leave it. Of the errors, those of
   * the fields that the client has sent refuse the change. The user is locked
   * meanwhile: do not wait for anything slow.
   */
  abstract parse(profile: Profile): ParsedProfile | Promise<ParsedProfile>;

  /**
   * What still has to be added or corrected before a profile is complete; empty
   * when it is. A field that is not known any more is not missed: stored
   * profiles outlive the schema they were made by.
   */
  abstract missing(
    profile: Profile,
  ): readonly FieldError[] | Promise<readonly FieldError[]>;
}
