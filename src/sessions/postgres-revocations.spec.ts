import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { DataSource } from "typeorm";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { DatabaseListener } from "../database/database-listener";
import { Purge } from "../database/purge";
import { SteppedClock } from "../testing/stepped-clock";
import { TestDatabase } from "../testing/test-database";
import { PostgresRevocations } from "./postgres-revocations";
import type { Revoked } from "./revocations.port";

describe("PostgresRevocations", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let clock: SteppedClock;
  let revocations: PostgresRevocations;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
  });

  beforeEach(async () => {
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
    clock = new SteppedClock();
    database = new Database(dataSource);
    revocations = another();
  });

  const another = () =>
    new PostgresRevocations(
      database,
      new DatabaseListener(database),
      clock,
      new Purge(database, clock),
    );

  afterEach(async () => {
    await revocations.onModuleDestroy();
    if (dataSource.isInitialized) await dataSource.destroy();
  });

  afterAll(() => testDatabase.destroy());

  const insert =
    "INSERT INTO google_auth.revocations (session_id, expires_at) VALUES ($1, $2)";
  const inSeconds = (seconds: number) => new Date(clock.now() + seconds * 1000);
  /** Writes a revocation like another instance. */
  const end = async (id: string, seconds = 900) => {
    await dataSource.query(insert, [id, inSeconds(seconds)]);
  };
  const endHere = (...revoked: Revoked[]) =>
    database.transaction((transaction) =>
      revocations.end(revoked, inSeconds(900), transaction),
    );
  const user = randomUUID();
  const covers = (sessionId: string) =>
    revocations.covers(sessionId, randomUUID(), 1000);
  /** Advances the clock so the last read is too old, and reads. */
  const look = async () => {
    clock.step(1.001);
    await covers(randomUUID());
  };

  it("reads earlier revocations at the start", async () => {
    const [ended, other] = [randomUUID(), randomUUID()];
    await end(ended);
    await revocations.onApplicationBootstrap();
    expect([covers(ended), covers(other)]).toEqual([true, false]);
  });

  it("applies own revocations at the commit, and not before", async () => {
    await revocations.onApplicationBootstrap();
    const [ended, rolledBack] = [randomUUID(), randomUUID()];
    await database.transaction(async (transaction) => {
      const revoked = [{ sessionId: ended }];
      await revocations.end(revoked, inSeconds(900), transaction);
      expect(covers(ended)).toBe(false);
    });
    expect(covers(ended)).toBe(true);
    const failing = database.transaction(async (transaction) => {
      const revoked = [{ sessionId: rolledBack }];
      await revocations.end(revoked, inSeconds(900), transaction);
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    await look();
    expect(covers(rolledBack)).toBe(false);
  });

  it("covers all sessions of a user that started before a time, on every instance", async () => {
    const other = another();
    await revocations.onApplicationBootstrap();
    await other.onApplicationBootstrap();
    try {
      await endHere({ userId: user, before: new Date(2_000_000) });
      await endHere({ userId: user, before: new Date(1_000_000) });
      clock.step(1.001);
      for (const instance of [revocations, other]) {
        const covered = (userId: string, at: number) =>
          instance.covers(randomUUID(), userId, at);
        expect(await covered(user, 1999)).toBe(true);
        expect(await covered(user, 2000)).toBe(false);
        expect(await covered(randomUUID(), 1999)).toBe(false);
      }
    } finally {
      await other.onModuleDestroy();
    }
  });

  it.each([
    ["by a notification, at once", true, 400],
    ["without a notification, by the next poll", false, 1500],
  ])(
    "receives another instance's revocation %s",
    async (_how, notifies, milliseconds) => {
      await revocations.onApplicationBootstrap();
      const id = randomUUID();
      await end(id);
      if (notifies) {
        await dataSource.query("NOTIFY nest_google_auth_revocations");
      }
      const startedAt = Date.now();
      while (covers(id) !== true) await new Promise(setImmediate);
      expect(Date.now() - startedAt).toBeLessThan(milliseconds);
    },
  );

  it("reads a row that is committed after many with higher ids", async () => {
    await revocations.onApplicationBootstrap();
    const late = new Client({ connectionString: testDatabase.url });
    await late.connect();
    try {
      const first = randomUUID();
      await late.query("BEGIN");
      await late.query(insert, [first, inSeconds(900)]);
      for (let more = 0; more < 5; more++) {
        await end(randomUUID());
        await look();
      }
      expect(covers(first)).toBe(false);
      await late.query("COMMIT");
      await look();
      expect(covers(first)).toBe(true);
    } finally {
      await late.end();
    }
  });

  it("reads little during a long transaction, regardless of the number of rows", async () => {
    await revocations.onApplicationBootstrap();
    const long = new Client({ connectionString: testDatabase.url });
    await long.connect();
    try {
      await long.query("BEGIN; CREATE TABLE backup_of_nothing ()");
      await dataSource.query(
        `INSERT INTO google_auth.revocations (session_id, expires_at)
         SELECT gen_random_uuid(), now() + interval '1 hour'
         FROM generate_series(1, 20000)`,
      );
      await look();
      const read = jest.spyOn(database, "query");
      await look();
      const answers = await Promise.all(
        read.mock.results.map(({ value }) => value as Promise<unknown>),
      );
      read.mockRestore();
      expect(JSON.stringify(answers).length).toBeLessThan(1000);
      await long.query("ROLLBACK");
    } finally {
      await long.end();
      await dataSource.query("TRUNCATE google_auth.revocations");
    }
  });

  it("reads everything again from another server, whose ids may repeat", async () => {
    await revocations.onApplicationBootstrap();
    for (let more = 0; more < 3; more++) await end(randomUUID());
    await look();
    // Like the promotion of a replica that lacked the last rows.
    const id = randomUUID();
    await dataSource.query("TRUNCATE google_auth.revocations RESTART IDENTITY");
    await end(id);
    Object.assign(revocations, { server: "the primary that died" });
    await look();
    expect(covers(id)).toBe(true);
  });

  it("reads everything again if known ids have other rows, as after a restore or a crash", async () => {
    for (let more = 0; more < 3; more++) await end(randomUUID());
    await revocations.onApplicationBootstrap();
    // The last rows are lost, and their ids are assigned again.
    const [lost] = await dataSource
      .query<{ id: string }[]>(
        `DELETE FROM google_auth.revocations WHERE id IN (SELECT id
         FROM google_auth.revocations ORDER BY id DESC LIMIT 2)
       RETURNING id`,
      )
      .then(([rows]) => rows as unknown as { id: string }[]);
    await dataSource.query(
      `ALTER TABLE google_auth.revocations ALTER COLUMN id RESTART WITH ${lost?.id}`,
    );
    const again = [randomUUID(), randomUUID()];
    for (const id of again) await end(id);
    await look();
    expect(again.map(covers)).toEqual([true, true]);
  });

  it("waits for missing ids among very many", async () => {
    await revocations.onApplicationBootstrap();
    const late = new Client({ connectionString: testDatabase.url });
    await late.connect();
    try {
      const first = randomUUID();
      await late.query("BEGIN");
      await late.query(insert, [first, inSeconds(900)]);
      await dataSource.query(
        `INSERT INTO google_auth.revocations (session_id, expires_at)
         SELECT gen_random_uuid(), now() + interval '1 hour'
         FROM generate_series(1, 20000)`,
      );
      await look();
      await late.query("COMMIT");
      await look();
      expect(covers(first)).toBe(true);
    } finally {
      await late.end();
      await dataSource.query("TRUNCATE google_auth.revocations");
    }
  });

  it("forgets a session after its last access token has expired, so memory is bounded", async () => {
    for (let more = 0; more < 100; more++) await end(randomUUID(), 10);
    await revocations.onApplicationBootstrap();
    const known = revocations.size;
    expect(known).toBeGreaterThanOrEqual(100);
    clock.step(65);
    await look();
    expect(revocations.size).toBe(known);
    await dataSource.query("DELETE FROM google_auth.revocations");
    clock.step(10);
    await look();
    expect(revocations.size).toBeLessThanOrEqual(known - 100);
  });

  it("shares one read among concurrent calls, and starts a later one for calls during it", async () => {
    await revocations.onApplicationBootstrap();
    const read = jest.spyOn(database, "query");
    clock.step(1.001);
    await Promise.all(
      Array.from({ length: 50 }, async () => covers(randomUUID())),
    );
    const looks = read.mock.calls.length;
    read.mockRestore();
    expect(looks).toBeLessThanOrEqual(3);
  });

  it("accepts sessions for a minute while the database is unavailable, and recovers by itself", async () => {
    await revocations.onApplicationBootstrap();
    await dataSource.destroy();
    await look();
    expect(covers(randomUUID())).toBe(false);
    clock.step(60);
    expect(revocations.isReliable()).toBe(false);
    expect(() => covers(randomUUID())).toThrow(
      expect.objectContaining({ code: "service_unavailable" }) as Error,
    );
    await dataSource.initialize();
    while (!revocations.isReliable()) await new Promise(setImmediate);
    expect(covers(randomUUID())).toBe(false);
  });
});
