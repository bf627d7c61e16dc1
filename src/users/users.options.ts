/** Who is more than a user from the start. */
export interface UsersOptions {
  /** Whoever signs in with one of these addresses, and Google is the authority for it, gets the role `admin`. */
  readonly adminEmails: readonly string[];
}

export const USERS_OPTIONS = Symbol("USERS_OPTIONS");
