import type { VerifiedIdentity } from "../identity/verified-identity";
import type { UserEntity } from "./user.entity";

/** What is known of a user. */
export type User = Readonly<UserEntity>;

export interface FindOrCreateOptions {
  /** Whether an unknown identity becomes a new user. */
  readonly signUp: "open" | "closed";
  /** The app's own fields of a new user; a known user keeps what it has. */
  readonly profile?: Readonly<Record<string, unknown>>;
}

/** The honest outcomes of asking for a user. */
export type FindOrCreateOutcome =
  | { readonly kind: "found"; readonly user: User; readonly isNewUser: false }
  | { readonly kind: "created"; readonly user: User; readonly isNewUser: true }
  /** The user exists and may not sign in. Nothing was changed. */
  | { readonly kind: "disabled" }
  /** Nobody is known by this identity, and sign-up is closed. Nothing was changed. */
  | { readonly kind: "unknown" };

/** Who an identity is here. */
export abstract class UserDirectory {
  /**
   * The user of an identity, by (issuer, subject) alone; created when absent.
   *
   * Concurrency: any number of calls for one new identity at once, on any
   * number of instances, make one user, and exactly one call answers `created`.
   * Not idempotent: every call counts as a sign-in and refreshes the claims.
   *
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract findOrCreate(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
  ): Promise<FindOrCreateOutcome>;

  /**
   * The user with this id, in whatever status; null when there is none.
   * Concurrent and idempotent.
   *
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract findById(id: string): Promise<User | null>;
}
