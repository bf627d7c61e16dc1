import type { Transaction } from "../database/database";
import type {
  AccountName,
  VerifiedIdentity,
} from "../identity/verified-identity";
import type { IdentityEntity } from "./identity.entity";
import type { Profile } from "./profile-schema.port";
import type { UserEntity, UserStatus } from "./user.entity";

/** A user. */
export type User = Readonly<Omit<UserEntity, "signInCount">>;

/** An account at an identity provider that is linked to a user. */
export type Identity = Readonly<
  Omit<IdentityEntity, "user" | "userId" | "tokensValidAfter">
>;

export interface FindOrCreateOptions {
  /** Whether an unknown identity becomes a new user. */
  readonly signUp: "open" | "closed";
  /** The app's own fields of a new user; an existing user is not changed. */
  readonly profile?: Profile;
  /** The roles of a new user; an existing user is not changed. */
  readonly roles?: readonly string[];
}

/** The result of finding or creating the user of an identity. */
export type FindOrCreateOutcome =
  | { readonly kind: "found"; readonly user: User; readonly isNewUser: false }
  | { readonly kind: "created"; readonly user: User; readonly isNewUser: true }
  /** The user exists but may not sign in. Nothing was changed. */
  | { readonly kind: "disabled"; readonly userId: string }
  /** The identity is unknown, and sign-up is closed. Nothing was changed. */
  | { readonly kind: "unknown" };

/** Changes to a user; absent fields are not changed. */
export interface UserChanges {
  /** The whole new profile. */
  readonly profile?: Profile;
  readonly roles?: readonly string[];
  readonly status?: UserStatus;
}

/** A filter for users; absent fields match any user. */
export interface UserFilter {
  /** The whole address, case-insensitive. */
  readonly email?: string;
  /** The whole name, case-insensitive. */
  readonly name?: string;
  readonly status?: UserStatus;
}

/** A page of a list, sorted from the newest to the oldest user. */
export interface UserPage {
  /** Only users older than the one with this id. */
  readonly before?: string;
  /** Maximum number of users, at least 1. */
  readonly limit: number;
}

/** The result of linking an identity to a user. */
export type LinkOutcome =
  /** The identity after the call. */
  | { readonly kind: "linked" | "known"; readonly identity: Identity }
  /** It is linked to another user. Nothing was changed. */
  | { readonly kind: "taken" };

/**
 * Stores users and the identities linked to them.
 *
 * A directory outside the service's own database applies changes immediately,
 * even within a transaction, and releases its locks or undoes the changes in
 * `afterCommit` and `afterRollback`.
 */
export abstract class UserDirectory {
  /**
   * The user of an identity, found only by (issuer, subject) and created if not
   * found.
   *
   * Of any number of concurrent calls for a new identity, on any number of
   * instances, exactly one creates the user and returns `created`. Not
   * idempotent: every call counts as a sign-in and updates the claims.
   *
   * @param transaction the transaction to use, if the users are in the
   *   service's own database
   * @throws AuthError `service_unavailable`
   */
  abstract findOrCreate(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
    transaction?: Transaction,
  ): Promise<FindOrCreateOutcome>;

  /**
   * The id of the user an account is linked to; null if it is not linked.
   * Sign-ins with this account wait until the transaction ends.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract ownerOf(
    account: AccountName,
    transaction: Transaction,
  ): Promise<string | null>;

  /**
   * The user with this id, regardless of status; null if not found. Concurrent
   * and idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract findById(id: string): Promise<User | null>;

  /**
   * The users that match, newest first. Concurrent and idempotent; new users do
   * not shift the pages.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract list(filter: UserFilter, page: UserPage): Promise<User[]>;

  /**
   * The identities linked to a user; empty if the user does not exist.
   * Concurrent and idempotent.
   *
   * @param transaction also returns the changes of this one
   * @throws AuthError `service_unavailable`
   */
  abstract identitiesOf(
    id: string,
    transaction?: Transaction,
  ): Promise<Identity[]>;

  /**
   * Links another identity to a user that the transaction has locked. The
   * user's own fields are not changed.
   *
   * If several users link one identity concurrently, or a first sign-in creates
   * a user for it, one succeeds; the others wait and get `taken`. Idempotent:
   * an identity that is already the user's is `known` and not changed.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract link(
    user: User,
    identity: VerifiedIdentity,
    transaction: Transaction,
  ): Promise<LinkOutcome>;

  /**
   * Unlinks an identity from a user that the transaction has locked, even the
   * last one. A later sign-in with it creates a new user. Idempotent.
   *
   * @returns whether it was linked to the user
   * @throws AuthError `service_unavailable`
   */
  abstract unlink(
    user: User,
    account: AccountName,
    transaction: Transaction,
  ): Promise<boolean>;

  /**
   * Locks a user and returns its current state, regardless of status; null if
   * not found. Other changes to the user, its deletion and its sign-ins wait
   * until the transaction ends. Concurrent and idempotent; callers that lock
   * two users must lock them in the order of their ids.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract lock(id: string, transaction: Transaction): Promise<User | null>;

  /**
   * Changes a user that the transaction has locked. Idempotent.
   *
   * @returns the changed user
   * @throws AuthError `service_unavailable`
   */
  abstract change(
    user: User,
    changes: UserChanges,
    transaction: Transaction,
  ): Promise<User>;

  /**
   * Deletes a user that the transaction has locked, and its identities. The
   * caller must end its sessions. Idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract delete(user: User, transaction: Transaction): Promise<void>;
}
