import { v7 as uuidv7 } from "uuid";
import {
  type AccountName,
  type Clock,
  type FindOrCreateOptions,
  type FindOrCreateOutcome,
  type Identity,
  type LinkOutcome,
  type Transaction,
  type User,
  type UserChanges,
  UserDirectory,
  type UserFilter,
  type UserPage,
  type VerifiedIdentity,
} from "../../../src/index";

interface StoredIdentity extends Identity {
  readonly userId: string;
}

/** The state that several directories of the same users share. */
export class MemoryUsers {
  users = new Map<string, User>();
  identities = new Map<string, StoredIdentity>();
  private holder: Transaction | null = null;
  private free: Promise<void> = Promise.resolve();

  /**
   * Locks the state for a transaction; others wait. A rollback reverts its
   * changes.
   */
  async hold(transaction: Transaction): Promise<void> {
    if (this.holder === transaction) return;
    const before = this.free;
    let release = () => {};
    this.free = new Promise((resolve) => (release = resolve));
    await before;
    this.holder = transaction;
    const { users, identities } = this;
    this.users = new Map(users);
    this.identities = new Map(identities);
    const giveBack = () => {
      this.holder = null;
      release();
    };
    transaction.afterCommit(giveBack);
    transaction.afterRollback(() => {
      Object.assign(this, { users, identities });
      giveBack();
    });
  }

  /** Runs a synchronous function while no transaction holds the lock. */
  async alone<T>(run: () => T): Promise<T> {
    const before = this.free;
    const done = before.then(run);
    this.free = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }
}

/** Users in the memory of one process, changed by one transaction at a time. */
export class MemoryUserDirectory extends UserDirectory {
  constructor(
    private readonly clock: Clock,
    private readonly stored = new MemoryUsers(),
  ) {
    super();
  }

  override async findOrCreate(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
    transaction?: Transaction,
  ): Promise<FindOrCreateOutcome> {
    const run = () => this.signIn(identity, options);
    if (!transaction) return this.stored.alone(run);
    await this.stored.hold(transaction);
    return run();
  }

  override async ownerOf(
    account: AccountName,
    transaction: Transaction,
  ): Promise<string | null> {
    await this.stored.hold(transaction);
    return this.stored.identities.get(keyOf(account))?.userId ?? null;
  }

  override findById(id: string): Promise<User | null> {
    return Promise.resolve(this.stored.users.get(id) ?? null);
  }

  override list(filter: UserFilter, page: UserPage): Promise<User[]> {
    const email = filter.email?.toLowerCase();
    const name = filter.name?.toLowerCase();
    const found = [...this.stored.users.values()].filter(
      (user) =>
        (email === undefined || user.email?.toLowerCase() === email) &&
        (name === undefined || user.name?.toLowerCase() === name) &&
        (filter.status === undefined || user.status === filter.status) &&
        (page.before === undefined || user.id < page.before),
    );
    found.sort((a, b) => (a.id < b.id ? 1 : -1));
    return Promise.resolve(found.slice(0, page.limit));
  }

  override identitiesOf(id: string): Promise<Identity[]> {
    const found = [...this.stored.identities.values()]
      .filter(({ userId }) => userId === id)
      .map(withoutUser);
    return Promise.resolve(found);
  }

  override async link(
    user: User,
    identity: VerifiedIdentity,
    transaction: Transaction,
  ): Promise<LinkOutcome> {
    await this.stored.hold(transaction);
    const known = this.stored.identities.get(keyOf(identity));
    if (known && known.userId !== user.id) return { kind: "taken" };
    if (known) return { kind: "known", identity: withoutUser(known) };
    const linked = this.putIdentity(user.id, identity);
    return { kind: "linked", identity: withoutUser(linked) };
  }

  override async unlink(
    user: User,
    account: AccountName,
    transaction: Transaction,
  ): Promise<boolean> {
    await this.stored.hold(transaction);
    const key = keyOf(account);
    if (this.stored.identities.get(key)?.userId !== user.id) return false;
    return this.stored.identities.delete(key);
  }

  override async lock(
    id: string,
    transaction: Transaction,
  ): Promise<User | null> {
    await this.stored.hold(transaction);
    return this.findById(id);
  }

  override async change(
    user: User,
    changes: UserChanges,
    transaction: Transaction,
  ): Promise<User> {
    await this.stored.hold(transaction);
    const { users } = this.stored;
    const before = users.get(user.id) ?? user;
    const { profile = before.profile, roles = before.roles } = changes;
    const changed: User = {
      ...before,
      ...{ profile: { ...profile }, roles: [...roles] },
      status: changes.status ?? before.status,
      updatedAt: new Date(this.clock.now()),
    };
    if (users.has(user.id)) users.set(user.id, changed);
    return changed;
  }

  override async delete(user: User, transaction: Transaction): Promise<void> {
    await this.stored.hold(transaction);
    this.stored.users.delete(user.id);
    for (const [key, { userId }] of this.stored.identities) {
      if (userId === user.id) this.stored.identities.delete(key);
    }
  }

  private signIn(
    identity: VerifiedIdentity,
    { signUp, profile = {}, roles = [] }: FindOrCreateOptions,
  ): FindOrCreateOutcome {
    const { users, identities } = this.stored;
    const known = identities.get(keyOf(identity));
    const before = known && users.get(known.userId);
    if (!before && signUp === "closed") return { kind: "unknown" };
    if (before?.status === "disabled") {
      return { kind: "disabled", userId: before.id };
    }
    const now = new Date(this.clock.now());
    const user: User = {
      ...(before ?? {
        ...{ id: uuidv7(), status: "active" as const, createdAt: now },
        ...{ profile: { ...profile }, roles: [...roles] },
      }),
      ...said(identity),
      ...{ updatedAt: now, lastSignInAt: now },
    };
    users.set(user.id, user);
    this.putIdentity(user.id, identity, known?.createdAt);
    return before
      ? { kind: "found", user, isNewUser: false }
      : { kind: "created", user, isNewUser: true };
  }

  private putIdentity(
    userId: string,
    identity: VerifiedIdentity,
    createdAt = new Date(this.clock.now()),
  ): StoredIdentity {
    const { issuer, subject } = identity;
    const stored: StoredIdentity = {
      ...{ issuer, subject, userId, claims: said(identity), createdAt },
      lastSignInAt: new Date(this.clock.now()),
    };
    this.stored.identities.set(keyOf(identity), stored);
    return stored;
  }
}

function keyOf({ issuer, subject }: AccountName): string {
  return JSON.stringify([issuer, subject]);
}

function withoutUser({
  issuer,
  subject,
  claims,
  createdAt,
  lastSignInAt,
}: StoredIdentity): Identity {
  return { issuer, subject, claims, createdAt, lastSignInAt };
}

/** The provider's data about an account, limited to the fields of a user. */
function said(identity: VerifiedIdentity) {
  const { email, emailVerified, emailAuthority, hostedDomain } = identity;
  const { name, givenName, familyName, picture, locale } = identity;
  return {
    ...{ email, emailVerified, emailAuthority, hostedDomain },
    ...{ name, givenName, familyName, picture, locale },
  };
}
