import type { FieldError } from "../common/auth-error";

/** The app's own fields of a user: a JSON object. */
export type Profile = Readonly<Record<string, unknown>>;

/** The result of parsing a profile. */
export interface ParsedProfile {
  /**
   * The profile to store; it may be normalized, for example with whitespace
   * trimmed or defaults added.
   */
  readonly profile: Profile;
  /**
   * The errors of the fields that are present, including unknown fields; a
   * missing field is not an error. Fields are named by path, such as
   * `address.city`; "" is the whole profile.
   */
  readonly errors: readonly FieldError[];
}

/**
 * The app's schema for its own fields of a user. Every profile passed to it is
 * a JSON object within the limits of `profile-limits.ts`, without null at the
 * top level.
 *
 * Called concurrently by sign-ins and refreshes. Idempotent: parsing a parsed
 * profile returns it unchanged. It must not throw.
 */
export abstract class ProfileSchema {
  /**
   * Parses a whole profile as it would be after a change. Only errors of fields
   * that the client has sent reject the change. The user is locked during the
   * call: do not perform slow I/O.
   */
  abstract parse(profile: Profile): ParsedProfile | Promise<ParsedProfile>;

  /**
   * What must be added or corrected before a profile is complete; empty if it
   * is complete. Must not report unknown fields: stored profiles may be older
   * than the schema.
   */
  abstract missing(
    profile: Profile,
  ): readonly FieldError[] | Promise<readonly FieldError[]>;
}
