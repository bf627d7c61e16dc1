import type { Transaction } from "../database/database";
import type {
  AccountName,
  VerifiedIdentity,
} from "../identity/verified-identity";
import type { IdentityEntity } from "./identity.entity";
import type { Profile } from "./profile-schema.port";
import type { UserEntity, UserStatus } from "./user.entity";

/** What is known of a user. */
export type User = Readonly<Omit<UserEntity, "signInCount">>;

/** An account at an identity provider that signs a user in. */
export type Identity = Readonly<
  Omit<IdentityEntity, "user" | "userId" | "tokensValidAfter">
>;

export interface FindOrCreateOptions {
  /** Whether an unknown identity becomes a new user. */
  readonly signUp: "open" | "closed";
  /** The app's own fields of a new user; a known user keeps what it has. */
  readonly profile?: Profile;
  /** The roles of a new user; a known user keeps what it has. */
  readonly roles?: readonly string[];
}

/** What became of asking for the user of an identity. */
export type FindOrCreateOutcome =
  | { readonly kind: "found"; readonly user: User; readonly isNewUser: false }
  | { readonly kind: "created"; readonly user: User; readonly isNewUser: true }
  /** The user exists and may not sign in. Nothing was changed. */
  | { readonly kind: "disabled"; readonly userId: string }
  /** Nobody is known by this identity, and sign-up is closed. Nothing was changed. */
  | { readonly kind: "unknown" };

/** What is changed of a user; what is absent stays. */
export interface UserChanges {
  /** The whole profile, as it is to be. */
  readonly profile?: Profile;
  readonly roles?: readonly string[];
  readonly status?: UserStatus;
}

/** Which users; what is absent does not matter. */
export interface UserFilter {
  /** The whole address, in upper or lower case. */
  readonly email?: string;
  readonly status?: UserStatus;
}

/** A part of a list, from the newest user to the oldest. */
export interface UserPage {
  /** Only users older than the one with this id. */
  readonly before?: string;
  /** Most users, at least 1. */
  readonly limit: number;
}

/** What became of linking an identity to a user. */
export type LinkOutcome =
  /** The identity, as it is afterwards. */
  | { readonly kind: "linked" | "known"; readonly identity: Identity }
  /** It is another user's. Nothing was changed. */
  | { readonly kind: "taken" };

/**
 * Who an identity is here.
 *
 * A directory outside the service's own database applies every change at once,
 * also within a transaction; by `afterCommit` and `afterRollback` it releases
 * its locks or undoes the change.
 */
export abstract class UserDirectory {
  /**
   * The user of an identity, by (issuer, subject) alone; created when absent.
   *
   * Concurrency: any number of calls for one new identity at once, on any
   * number of instances, make one user, and exactly one call answers `created`.
   * Not idempotent: every call counts as a sign-in and refreshes the claims.
   *
   * @param transaction does it as a part of this one, where the users are in
   *   the service's own database
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract findOrCreate(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
    transaction?: Transaction,
  ): Promise<FindOrCreateOutcome>;

  /**
   * The id of the user whom an account signs in; null when it signs in nobody.
   * Until the transaction is over, sign-ins by this account wait.
   *
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract ownerOf(
    account: AccountName,
    transaction: Transaction,
  ): Promise<string | null>;

  /**
   * The user with this id, in whatever status; null when there is none.
   * Concurrent and idempotent.
   *
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract findById(id: string): Promise<User | null>;

  /**
   * The users that match, newest first; empty when there are none. Concurrent
   * and idempotent; users who come meanwhile do not move the others.
   *
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract list(filter: UserFilter, page: UserPage): Promise<User[]>;

  /**
   * The identities that sign a user in; empty when there is none, or no user.
   * Concurrent and idempotent.
   *
   * @param transaction sees what this one has done
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract identitiesOf(
    id: string,
    transaction?: Transaction,
  ): Promise<Identity[]>;

  /**
   * Lets one more identity sign in a user that the transaction has locked. The
   * user's own fields stay as they are.
   *
   * Concurrency: of several users who link one identity at once, and a first
   * sign-in with it that makes a new user, one gets it; the others wait, and
   * find it taken. Idempotent: one that is the user's already is `known`, and
   * stays as it is.
   *
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract link(
    user: User,
    identity: VerifiedIdentity,
    transaction: Transaction,
  ): Promise<LinkOutcome>;

  /**
   * Takes an identity from a user that the transaction has locked, also the
   * last one: a later sign-in with it creates a new user. Idempotent.
   *
   * @returns whether it was the user's
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract unlink(
    user: User,
    account: AccountName,
    transaction: Transaction,
  ): Promise<boolean>;

  /**
   * The user as it is now, in whatever status; null when there is none. Until
   * the transaction is over nobody else changes or deletes it, or signs it in:
   * they wait. Concurrent and idempotent; callers that lock two users do so in
   * the order of their ids.
   *
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract lock(id: string, transaction: Transaction): Promise<User | null>;

  /**
   * Changes a user that the transaction has locked. Idempotent.
   *
   * @returns the user as it is afterwards
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract change(
    user: User,
    changes: UserChanges,
    transaction: Transaction,
  ): Promise<User>;

  /**
   * Deletes a user that the transaction has locked, and its identities. Its
   * caller ends its sessions. Idempotent.
   *
   * @throws AuthError `service_unavailable` when the store cannot answer
   */
  abstract delete(user: User, transaction: Transaction): Promise<void>;
}
