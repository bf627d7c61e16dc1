import { Client } from "pg";
import { DataSource } from "typeorm";
import { Database, dataSourceOptions, migrate } from "../../src/index";
import { TestDatabase } from "../../src/testing/test-database";
import { call } from "../support/calls";
import { Instances } from "../support/instances";
import { PgBouncer } from "../support/pg-bouncer";
import { postJson } from "../support/requests";
import { describeWith } from "../support/service-programs";

/**
 * Fewer connections than an instance opens, so transactions must share them.
 */
const serverConnections = { session: 30, transaction: 3 };

describeWith("pgbouncer").each(["session", "transaction"] as const)(
  "PgBouncer in %s mode",
  (mode) => {
    let database: TestDatabase;
    let bouncer: PgBouncer;
    /** Connects to the database directly, without PgBouncer. */
    let witness: Client;

    beforeEach(async () => {
      database = await TestDatabase.create();
      bouncer = await PgBouncer.start(
        database.url,
        mode,
        serverConnections[mode],
      );
      witness = new Client({ connectionString: database.url });
      await witness.connect();
    });

    afterEach(async () => {
      await witness.end();
      await bouncer.stop();
      await database.destroy();
    });

    const options = (poolSize = 5) =>
      dataSourceOptions({ url: bouncer.url, poolSize, ssl: false });

    it("supports two instances under load, and ends a session within a second", async () => {
      const instances = await Instances.start({
        database,
        env: { DATABASE_URL: bouncer.url },
      });
      try {
        const many = await Promise.all(
          Array.from({ length: 30 }, (_, count) =>
            instances.person(
              ...[undefined, {}],
              count % 2 ? instances.one : instances.other,
            ),
          ),
        );
        expect(many.map(({ status }) => status)).toEqual(Array(30).fill(200));
        const refreshed = await Promise.all(
          many.map(({ refreshToken }) =>
            postJson(instances.one, "/auth/refresh", { refreshToken }),
          ),
        );
        expect(refreshed.map(({ status }) => status)).toEqual(
          Array(30).fill(200),
        );
        for (const who of many.slice(0, 3)) {
          await call(instances.one, "POST", "/auth/logout", who.accessToken);
          await instances.expectSignedOut(who);
        }
        const ready = await instances.one.fetch("/health/ready");
        expect(ready.status).toBe(200);
      } finally {
        await instances.stop();
      }
    });

    it("migrates once from several concurrent processes, despite the role's statement timeout", async () => {
      await witness.query("DROP SCHEMA google_auth CASCADE");
      const done = await Promise.all(
        [1, 2, 3].map(() => migrate({ ...options(), poolSize: 2 })),
      );
      expect(done.flat()).toEqual(["InitialSchema1767225600000"]);
      const { rows } = await witness.query(
        "SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      );
      expect(rows).toEqual([{ held: 0 }]);
    });

    it("leaves no timeout of ours on connections that others share", async () => {
      const dataSource = await new DataSource(options()).initialize();
      const other = new Client({ connectionString: bouncer.url });
      await other.connect();
      try {
        const ours = new Database(dataSource);
        await Promise.all(
          Array.from({ length: 10 }, () =>
            ours.transaction(({ query }) => query("SELECT pg_sleep(0.01)", [])),
          ),
        );
        for (let count = 0; count < 10; count++) {
          const { rows } = await other.query(
            "SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock",
          );
          expect(rows).toEqual([{ statement: "0", lock: "0" }]);
        }
      } finally {
        await other.end();
        await dataSource.destroy();
      }
    });

    it("limits the time a transaction waits for a lock", async () => {
      const dataSource = await new DataSource(options()).initialize();
      const ours = new Database(dataSource);
      try {
        await witness.query("BEGIN; LOCK TABLE google_auth.users");
        await expect(
          ours.transaction(({ query }) =>
            query("SELECT count(*) FROM google_auth.users", []),
          ),
        ).rejects.toMatchObject({ code: "service_unavailable" });
        await witness.query("ROLLBACK");
        expect(
          await ours.transaction(({ query }) =>
            query("SELECT current_setting('statement_timeout') AS t", []),
          ),
        ).toEqual([{ t: "10s" }]);
      } finally {
        await dataSource.destroy();
      }
    });

    it("reads dates with any DateStyle of the database", async () => {
      const name = new URL(database.url).pathname.slice(1);
      await witness.query(`ALTER DATABASE ${name} SET DateStyle = 'German'`);
      const dataSource = await new DataSource(options(10)).initialize();
      const ours = new Database(dataSource);
      try {
        const times = await Promise.all(
          Array.from({ length: 40 }, () =>
            ours.query<{ at: Date }>(
              "SELECT '2026-02-01T12:00:00Z'::timestamptz AS at",
              [],
            ),
          ),
        );
        expect(new Set(times.map(([row]) => row?.at.toISOString()))).toEqual(
          new Set(["2026-02-01T12:00:00.000Z"]),
        );
      } finally {
        await dataSource.destroy();
      }
    });
  },
);
