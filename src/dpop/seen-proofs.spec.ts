import { DataSource } from "typeorm";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import { FrozenClock } from "../testing/frozen-clock";
import { TestDatabase } from "../testing/test-database";
import { PostgresSeenProofs } from "./postgres-seen-proofs";
import { MemorySeenProofs, type SeenProofs } from "./seen-proofs";

const keptSeconds = 120;

describe("SeenProofs", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let clock: FrozenClock;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
  });

  beforeEach(async () => {
    clock = new FrozenClock();
    await dataSource.query("TRUNCATE google_auth.used_dpop_proofs");
  });

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const inPostgres = () => {
    const database = new Database(dataSource);
    const purge = new Purge(database, clock);
    return { seen: new PostgresSeenProofs(database, clock, purge), purge };
  };
  const kinds: [string, () => SeenProofs][] = [
    ["in memory", () => new MemorySeenProofs(clock)],
    ["in Postgres", () => inPostgres().seen],
  ];

  describe.each(kinds)("%s", (_where, make) => {
    it("remember a proof for its whole time", async () => {
      const seen = make();
      for (let second = 0; second < keptSeconds; second += 7) {
        expect(await seen.add("key", `at ${second}`, keptSeconds)).toBe(true);
        clock.advance(7);
        expect(await seen.add("key", `at ${second}`, keptSeconds)).toBe(false);
      }
    });

    it("accept one of 20 concurrent uses", async () => {
      const seen = make();
      const added = await Promise.all(
        Array.from({ length: 20 }, async () =>
          seen.add("key", "1", keptSeconds),
        ),
      );
      expect(added.filter(Boolean)).toHaveLength(1);
    });

    it("distinguish keys, and ids that resemble another key's", async () => {
      const seen = make();
      await seen.add("a", "b.c", keptSeconds);
      expect(await seen.add("b", "b.c", keptSeconds)).toBe(true);
      expect(await seen.add("a", "b", keptSeconds)).toBe(true);
    });

    it("remember it after the clock was set back", async () => {
      const seen = make();
      await seen.add("key", "1", keptSeconds);
      clock.advance(-3600);
      expect(await seen.add("key", "1", keptSeconds)).toBe(false);
    });
  });

  it("in memory refuse new proofs while full, and keep the stored ones", () => {
    const seen = new MemorySeenProofs(clock, 1000);
    for (let i = 0; i < 1000; i++) seen.add("key", String(i), keptSeconds);
    expect(() => seen.add("key", "one more", keptSeconds)).toThrow(
      expect.objectContaining({ code: "service_unavailable" }) as Error,
    );
    expect(seen.add("key", "0", keptSeconds)).toBe(false);
    clock.advance(keptSeconds);
    expect(seen.add("key", "one more", keptSeconds)).toBe(true);
  });

  it("in Postgres are shared by all instances, and purged", async () => {
    const [one, other] = [inPostgres(), inPostgres()];
    expect(await one.seen.add("key", "1", keptSeconds)).toBe(true);
    expect(await other.seen.add("key", "1", keptSeconds)).toBe(false);
    clock.advance(keptSeconds + 61);
    await one.purge.run();
    expect(
      await dataSource.query("SELECT FROM google_auth.used_dpop_proofs"),
    ).toEqual([]);
  });
});
