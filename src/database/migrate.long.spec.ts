import { Client } from "pg";
import { TestDatabase } from "../testing/test-database";
import { advisoryLocks } from "./database";
import { dataSourceOptions } from "./data-source";
import { migrate } from "./migrate";
import { InitialSchema1767225600000 } from "./migrations/1767225600000-initial-schema";

describe("migrate", () => {
  let database: TestDatabase;
  let rival: Client;

  beforeEach(async () => {
    database = await TestDatabase.create();
    rival = new Client({ connectionString: database.url });
    await rival.connect();
    await rival.query("DROP SCHEMA google_auth CASCADE");
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await rival.end();
    await database.destroy();
  });

  function options(parameters = "") {
    const url = `${database.url}${parameters}`;
    return dataSourceOptions({ url, poolSize: 2, ssl: false });
  }

  const tables = async () => {
    const { rowCount } = await rival.query(
      "SELECT FROM pg_tables WHERE schemaname = 'google_auth'",
    );
    return rowCount;
  };

  it("is not subject to the time limits of the service or the URL", async () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this`
    const { up } = InitialSchema1767225600000.prototype;
    jest
      .spyOn(InitialSchema1767225600000.prototype, "up")
      .mockImplementation(async function (
        this: InitialSchema1767225600000,
        runner,
      ) {
        await runner.query("SELECT pg_sleep(1)");
        await up.call(this, runner);
        await runner.query("SELECT pg_sleep(1)");
      });
    const limited = options("?statement_timeout=500");
    const extra = { ...(limited.extra as object), query_timeout: 500 };
    expect(await migrate({ ...limited, extra })).toHaveLength(1);
  });

  it("waits for another process up to a limit, and then fails without changes", async () => {
    await rival.query("SELECT pg_advisory_lock($1)", [
      advisoryLocks.migrations,
    ]);
    await expect(migrate(options(), 300)).rejects.toThrow(
      /another process has been migrating.*advisory lock 7423001/,
    );
    expect(await tables()).toBe(0);
    await rival.query("SELECT pg_advisory_unlock_all()");
    expect(await migrate(options(), 300)).toHaveLength(1);
  });

  it("fails without changes after waiting 10 s for another transaction's lock", async () => {
    await rival.query("CREATE SCHEMA google_auth");
    await rival.query("BEGIN; COMMENT ON SCHEMA google_auth IS 'busy'");
    await expect(migrate(options())).rejects.toThrow(
      /another transaction holds a lock.*pg_stat_activity/,
    );
    await rival.query("ROLLBACK");
    expect(await tables()).toBe(0);
  });

  it.each(["LATIN1", "SQL_ASCII"])(
    "refuses a database in %s and says what to do",
    async (encoding) => {
      const name = `odd_${encoding.toLowerCase()}_${process.pid}`;
      await rival.query(
        `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0`,
      );
      try {
        const url = new URL(database.url);
        url.pathname = `/${name}`;
        await expect(
          migrate(
            dataSourceOptions({ url: url.href, poolSize: 1, ssl: false }),
          ),
        ).rejects.toThrow(
          new RegExp(`encoding ${encoding}.*ENCODING 'UTF8'`, "s"),
        );
      } finally {
        await rival.query(`DROP DATABASE ${name} WITH (FORCE)`);
      }
    },
  );
});
