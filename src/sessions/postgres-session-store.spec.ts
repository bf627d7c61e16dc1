import { DataSource } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { FrozenClock } from "../testing/frozen-clock";
import { TestDatabase } from "../testing/test-database";
import { PostgresSessionRotation } from "./postgres-session-rotation";
import { PostgresSessionStore } from "./postgres-session-store";
import type { Session } from "./session-store.port";

const proof = {
  issuer: "https://accounts.google.com",
  subject: "108204268033311374519",
  clientId: "1234-a.apps.googleusercontent.com",
  issuedAt: 1_763_700_000,
} satisfies Partial<VerifiedIdentity>;
const context = {
  device: "phone",
  ip: "192.0.2.1",
  userAgent: "test",
  keyThumbprint: null,
};

describe("PostgresSessionStore", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let store: PostgresSessionStore;
  const clock = new FrozenClock(1_763_700_000_500);

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 2, ssl: false }),
    ).initialize();
    database = new Database(dataSource);
    const options = {
      idleTtlSeconds: 60,
      maxTtlSeconds: 120,
      maxPerUser: 100,
      refreshGraceSeconds: 10,
      refreshLateRetries: 3,
      accessTokenTtlSeconds: 60,
      secretKey: "",
      previousSecretKey: null,
    };
    store = new PostgresSessionStore(
      database,
      new PostgresSessionRotation(database, clock, options),
      clock,
      options,
      new Purge(database, clock),
    );
  });

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const start = (userId = uuidv7(), issuedAt = proof.issuedAt) =>
    store.start(userId, { ...proof, issuedAt }, context);
  const endAll = (userId: string, provedUpTo?: Date) =>
    database.transaction((transaction) =>
      store.endAll(userId, "signed_out_everywhere", transaction, provedUpTo),
    );
  const isLive = async ({ id }: Session) =>
    (await store.find(id))?.revokedAt === null;

  it("finds a session unchanged, and no other", async () => {
    const session = await start();
    expect(await store.find(session.id)).toEqual(session);
    expect(session.authenticatedAt).toEqual(new Date(clock.now()));
    expect(await store.find(uuidv7())).toBeNull();
  });

  it("needs no row in the table users", async () => {
    const session = await start();
    expect(await store.list(session.userId)).toEqual([session]);
  });

  it("ends all sessions of a user with one row, and no later ones", async () => {
    const userId = uuidv7();
    const before = [await start(userId), await start(userId)];
    const stranger = await start();
    const { before: cutoff, sessionIds, wereLive } = await endAll(userId);
    expect(wereLive).toBe(true);
    expect((await endAll(uuidv7())).wereLive).toBe(false);
    expect(cutoff).toEqual(new Date(1_763_700_001_000));
    expect(sessionIds).toEqual([]);
    // In the same second, but later.
    const after = await start(userId);
    expect(after.authenticatedAt).toEqual(cutoff);
    for (const session of before) expect(await isLive(session)).toBe(false);
    for (const session of [after, stranger]) {
      expect(await isLive(session)).toBe(true);
    }
    // Also twice within one second.
    await endAll(userId);
    expect(await isLive(after)).toBe(false);
    expect(await isLive(await start(userId))).toBe(true);
  });

  it("ends sessions by id if others were authenticated after the cutoff", async () => {
    const userId = uuidv7();
    const [early, late] = [
      await start(userId, 1000),
      await start(userId, 2000),
    ];
    const ended = await endAll(userId, new Date(1_500_000));
    // A cutoff within the same second would also end the access token of the
    // later session.
    expect(ended).toMatchObject({ sessionIds: [early.id], wereLive: true });
    expect(ended.before?.getTime()).toBeLessThanOrEqual(
      late.authenticatedAt.getTime(),
    );
    expect([await isLive(early), await isLive(late)]).toEqual([false, true]);
    expect((await endAll(userId, new Date(2_000_000))).before).not.toBeNull();
    expect(await isLive(late)).toBe(false);
  });

  it("ends all sessions if there would be more than a thousand ids", async () => {
    const userId = uuidv7();
    const [early, late] = [
      await start(userId, 1000),
      await start(userId, 2000),
    ];
    await database.query(
      `INSERT INTO google_auth.sessions SELECT (copied).* FROM (
         SELECT jsonb_populate_record(one,
           jsonb_build_object('id', gen_random_uuid())) AS copied
         FROM google_auth.sessions AS one, generate_series(1, 1000)
         WHERE id = $1) AS copies`,
      [early.id],
    );
    const ended = await endAll(userId, new Date(1_500_000));
    expect(ended).toMatchObject({ sessionIds: [], wereLive: true });
    expect(ended.before?.getTime()).toBeGreaterThan(
      late.authenticatedAt.getTime(),
    );
    expect(await isLive(late)).toBe(false);
  });

  it("erases a user's data", async () => {
    const [session, other] = [await start(), await start()];
    await database.transaction((transaction) =>
      store.erase(session.userId, transaction),
    );
    expect(await store.find(session.id)).toBeNull();
    expect(await store.find(other.id)).toEqual(other);
  });
});
