import { randomUUID } from "node:crypto";
import { DataSource } from "typeorm";
import { FrozenClock } from "../testing/frozen-clock";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { TestDatabase } from "../testing/test-database";
import { PostgresUserDirectory } from "./postgres-user-directory";
import type { User } from "./user-directory.port";

describe("PostgresUserDirectory, the identities of a user", () => {
  const clock = new FrozenClock();
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let users: PostgresUserDirectory;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
    database = new Database(dataSource);
    users = new PostgresUserDirectory(database, clock);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const identity = (issuer = "https://accounts.google.com") =>
    ({
      ...{ issuer, subject: randomUUID(), clientId: "app" },
      ...{ authorizedParty: "app", email: "ada@gmail.com" },
      ...{ emailVerified: true, emailAuthority: "verified" },
      ...{ hostedDomain: null, name: "Ada", givenName: null },
      ...{ familyName: null, picture: null, locale: null, nonce: "n-1" },
      ...{ issuedAt: 1, expiresAt: 2, tokenDigest: "digest" },
    }) as VerifiedIdentity;
  const newUser = async () => {
    const first = identity();
    const outcome = await users.findOrCreate(first, { signUp: "open" });
    if (outcome.kind !== "created") throw new Error("The user already exists.");
    return { user: outcome.user, first };
  };
  const link = (user: User, linked: VerifiedIdentity) =>
    database.transaction((transaction) =>
      users.link(user, linked, transaction),
    );
  const unlink = (user: User, linked: VerifiedIdentity) =>
    database.transaction((transaction) =>
      users.unlink(user, linked, transaction),
    );
  const keysOf = async ({ id }: User) =>
    (await users.identitiesOf(id)).map(({ subject }) => subject).sort();

  it("links an unlinked identity, with its current claims", async () => {
    const { user, first } = await newUser();
    const other = identity("verify-token:partner");
    expect(await link(user, other)).toEqual({
      kind: "linked",
      identity: {
        issuer: "verify-token:partner",
        subject: other.subject,
        claims: {
          ...{ clientId: "app", authorizedParty: "app", issuedAt: 1 },
          ...{ email: "ada@gmail.com", emailVerified: true },
          ...{ emailAuthority: "verified", hostedDomain: null, name: "Ada" },
          ...{ givenName: null, familyName: null, picture: null, locale: null },
        },
        createdAt: new Date(clock.now()),
        lastSignInAt: new Date(clock.now()),
      },
    });
    expect(await keysOf(user)).toEqual([first.subject, other.subject].sort());
    const found = await users.findOrCreate(other, { signUp: "closed" });
    expect(found).toMatchObject({ kind: "found", user: { id: user.id } });
  });

  it("stores the same claims for linking as for signing in", async () => {
    const { user } = await newUser();
    await link(user, identity());
    const [one, other] = await users.identitiesOf(user.id);
    expect(one?.claims).toEqual(other?.claims);
  });

  it("returns known for the user's own identity, without changing it", async () => {
    const { user, first } = await newUser();
    const [before] = await users.identitiesOf(user.id);
    clock.advance(1);
    const again = { ...first, name: "Somebody" };
    expect(await link(user, again)).toEqual({
      kind: "known",
      identity: before,
    });
    expect(await users.identitiesOf(user.id)).toEqual([before]);
  });

  it("refuses an identity of another user", async () => {
    const [ada, bob] = [await newUser(), await newUser()];
    expect(await link(ada.user, bob.first)).toEqual({ kind: "taken" });
    expect(await unlink(ada.user, bob.first)).toBe(false);
    expect(await keysOf(bob.user)).toEqual([bob.first.subject]);
  });

  it("distinguishes issuers with the same subject", async () => {
    const { user, first } = await newUser();
    const twin = { ...first, issuer: "verify-token:partner" };
    expect((await link(user, twin)).kind).toBe("linked");
    expect(await unlink(user, twin)).toBe(true);
    expect(await unlink(user, twin)).toBe(false);
    expect(await keysOf(user)).toEqual([first.subject]);
  });

  it("shows the changes of a transaction only within it", async () => {
    const { user } = await newUser();
    await database.transaction(async (transaction) => {
      await users.lock(user.id, transaction);
      await users.link(user, identity(), transaction);
      expect(await users.identitiesOf(user.id, transaction)).toHaveLength(2);
      expect(await users.identitiesOf(user.id)).toHaveLength(1);
    });
    expect(await users.identitiesOf(user.id)).toHaveLength(2);
  });
});
