import { DataSource } from "typeorm";
import { AuditEventEntity } from "../audit/audit-event.entity";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { TestDatabase } from "../testing/test-database";
import { type AuditFilter, pageOfLines } from "./audit-log";

const userId = "019aa0b5-1c00-7000-8000-000000000001";

describe("AuditLog", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource({
      ...dataSourceOptions({ url: testDatabase.url, poolSize: 1, ssl: false }),
      entities: [AuditEventEntity],
    }).initialize();
    // Mostly sign-ins of many users, like the log of a real service.
    await dataSource.query(
      `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id)
       SELECT gen_random_uuid(), now() - n * interval '1 second',
         CASE n % 5000 WHEN 0 THEN 'roles_changed' ELSE 'sign_in' END,
         gen_random_uuid()
       FROM generate_series(1, 20000) AS n`,
    );
    await dataSource.query("ANALYZE google_auth.audit_events");
  });

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  it.each<[AuditFilter, RegExp]>([
    [{}, /Index Scan Backward using \w+pkey/],
    [{ event: "sign_in" }, /Index Scan Backward using \w+pkey/],
    [{ event: "roles_changed" }, /Index Scan.* using \w+event_occurred_at_idx/],
    // A regression: few or none of these in millions of lines took seconds.
    [{ event: "session_ended" }, /Index Scan.* using \w+event_occurred_at_idx/],
    [
      { event: "sign_in_refused" },
      /Index Scan.* using \w+event_occurred_at_idx/,
    ],
    [{ event: "sign_up" }, /Index Scan.* using \w+event_occurred_at_idx/],
    [{ userId }, /Index Scan.* using \w+user_id_occurred_at_idx/],
    [{ userId, event: "sign_in" }, /using \w+user_id_occurred_at_idx/],
  ])("a page of %j is read by an index", async (filter, expected) => {
    const before = [new Date().toISOString(), userId];
    const [text, values] = pageOfLines(
      dataSource.manager,
      filter,
      before,
      50,
    ).getQueryAndParameters();
    const rows = await new Database(dataSource).query<
      Record<"QUERY PLAN", string>
    >(`EXPLAIN ${text}`, values);
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toMatch(expected);
    expect(plan).not.toContain("Seq Scan");
  });
});
