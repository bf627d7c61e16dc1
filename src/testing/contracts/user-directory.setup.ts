import { randomBytes, randomUUID } from "node:crypto";
import type { Clock } from "../../common/clock.port";
import type { Transaction } from "../../database/database";
import type {
  AccountName,
  VerifiedIdentity,
} from "../../identity/verified-identity";
import type {
  FindOrCreateOptions,
  FindOrCreateOutcome,
  User,
  UserChanges,
  UserDirectory,
} from "../../users/user-directory.port";
import { FrozenClock } from "../frozen-clock";
import type { Outage, RunTransaction } from "./contract-runs";

/** What `create` receives. */
export interface UserDirectorySetup {
  /** The clock for the directory, which only moves when a test advances it. */
  readonly clock: Clock;
}

/** The directory under test, and what the tests need. */
export interface UserDirectoryUnderTest {
  readonly users: UserDirectory;
  /**
   * The directory of another instance with the same users; concurrency tests
   * use both.
   */
  readonly other?: UserDirectory;
  /**
   * Runs a transaction: `Database.transaction`, or {@link looseTransaction}.
   */
  readonly transaction: RunTransaction;
  /**
   * Makes the directory's dependencies unavailable; the directory must then
   * report this.
   */
  readonly outage?: Outage;
  /** Called after each test. */
  dispose(): void | Promise<void>;
}

export type MakeDirectory = (
  setup: UserDirectorySetup,
) => UserDirectoryUnderTest | Promise<UserDirectoryUnderTest>;

/** An identity that no other test uses. */
export function newIdentity(
  changes: Partial<VerifiedIdentity> = {},
): VerifiedIdentity {
  const mailbox = randomUUID();
  return {
    issuer: "https://accounts.google.com",
    // As long as Google's, which exceed the precision of a number.
    subject: `1${BigInt(`0x${randomBytes(8).toString("hex")}`)}`.padEnd(
      21,
      "0",
    ),
    ...{ clientId: "web", authorizedParty: "web" },
    email: `Ada.${mailbox}@corp.example`,
    ...{ emailVerified: true, emailAuthority: "verified" },
    ...{ hostedDomain: "corp.example", name: "Ada Lovelace" },
    ...{ givenName: "Ada", familyName: "Lovelace", locale: "en-GB" },
    picture: "https://lh3.googleusercontent.com/a/ada=s96-c",
    ...{ nonce: "n-1", issuedAt: 1_763_700_000, expiresAt: 1_763_703_600 },
    tokenDigest: randomUUID(),
    ...changes,
  };
}

/** The directory of a test. */
export class DirectoryBench {
  readonly clock = new FrozenClock(1_763_700_000_250);
  private made: UserDirectoryUnderTest | undefined;

  async open(create: MakeDirectory): Promise<this> {
    this.made = await create(this);
    return this;
  }

  async close(): Promise<void> {
    await this.made?.dispose();
    this.made = undefined;
  }

  get underTest(): UserDirectoryUnderTest {
    if (!this.made) throw new Error("The directory was not created");
    return this.made;
  }

  get users(): UserDirectory {
    return this.underTest.users;
  }

  /** The directory of one of the instances. */
  usersOf(index: number): UserDirectory {
    const { users, other = users } = this.underTest;
    return index % 2 === 0 ? users : other;
  }

  now(): Date {
    return new Date(this.clock.now());
  }

  signIn(
    identity: VerifiedIdentity,
    options: Partial<FindOrCreateOptions> = {},
    users = this.users,
  ): Promise<FindOrCreateOutcome> {
    return users.findOrCreate(identity, { signUp: "open", ...options });
  }

  /** A user who signs in for the first time. */
  async newUser(
    identity = newIdentity(),
    options: Partial<FindOrCreateOptions> = {},
  ): Promise<{ readonly user: User; readonly identity: VerifiedIdentity }> {
    const outcome = await this.signIn(identity, options);
    if (outcome.kind !== "created") throw new Error(`It is ${outcome.kind}`);
    return { user: outcome.user, identity };
  }

  /** Runs a function with a locked user in a transaction. */
  locked<T>(
    id: string,
    run: (user: User, transaction: Transaction) => Promise<T>,
    users = this.users,
  ): Promise<T> {
    return this.underTest.transaction(async (transaction) => {
      const user = await users.lock(id, transaction);
      if (!user) throw new Error("The user was not found");
      return run(user, transaction);
    });
  }

  change(
    { id }: Pick<User, "id">,
    changes: UserChanges,
    users = this.users,
  ): Promise<User> {
    return this.locked(
      id,
      (user, transaction) => users.change(user, changes, transaction),
      users,
    );
  }

  link(
    { id }: Pick<User, "id">,
    identity: VerifiedIdentity,
    users = this.users,
  ) {
    return this.locked(
      id,
      (user, transaction) => users.link(user, identity, transaction),
      users,
    );
  }

  unlink({ id }: Pick<User, "id">, account: AccountName) {
    return this.locked(id, (user, transaction) =>
      this.users.unlink(user, account, transaction),
    );
  }

  delete({ id }: Pick<User, "id">): Promise<void> {
    return this.locked(id, (user, transaction) =>
      this.users.delete(user, transaction),
    );
  }

  ownerOf(account: AccountName): Promise<string | null> {
    return this.underTest.transaction((transaction) =>
      this.users.ownerOf(account, transaction),
    );
  }

  /**
   * Lets concurrent calls proceed as far as they can: each of these queries
   * takes as long as the store takes to respond.
   */
  async letOthersRun(): Promise<void> {
    const { users, other = users } = this.underTest;
    for (let question = 0; question < 20; question++) {
      await other.findById(randomUUID());
    }
  }
}

/** The kinds of outcomes, for assertions. */
export function kindsOf(outcomes: readonly { readonly kind: string }[]) {
  const kinds: Record<string, number> = {};
  for (const { kind } of outcomes) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}
