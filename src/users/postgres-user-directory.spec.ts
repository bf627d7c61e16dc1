import { DataSource } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { SystemClock } from "../common/clock.port";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { TestDatabase } from "../testing/test-database";
import { pageOfUsers, PostgresUserDirectory } from "./postgres-user-directory";
import { UserEntity } from "./user.entity";
import type { UserFilter, UserPage } from "./user-directory.port";

describe("PostgresUserDirectory", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let users: PostgresUserDirectory;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource({
      ...dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
      entities: [UserEntity],
    }).initialize();
    database = new Database(dataSource);
    users = new PostgresUserDirectory(database, new SystemClock());
  });

  beforeEach(() => dataSource.query("DELETE FROM google_auth.users"));

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const insert = async (email: string | null, status = "active") => {
    const id = uuidv7();
    await dataSource.query(
      `INSERT INTO google_auth.users (id, email, status, created_at, updated_at, last_sign_in_at)
       VALUES ($1, $2, $3, now(), now(), now())`,
      [id, email, status],
    );
    await dataSource.query(
      `INSERT INTO google_auth.identities (issuer, subject, user_id, claims, created_at, last_sign_in_at)
       VALUES ('https://accounts.google.com', $1::text, $1::text::uuid, '{}', now(), now())`,
      [id],
    );
    return id;
  };
  const idsOf = async (filter: UserFilter, page: UserPage) =>
    (await users.list(filter, page)).map(({ id }) => id);

  describe("lists", () => {
    it("the newest first, after a given user, up to the limit", async () => {
      const [a, b, c] = [
        await insert("a"),
        await insert("b"),
        await insert("c"),
      ];
      expect(await idsOf({}, { limit: 10 })).toEqual([c, b, a]);
      expect(await idsOf({}, { limit: 2 })).toEqual([c, b]);
      expect(await idsOf({}, { limit: 2, before: b })).toEqual([a]);
      expect(await idsOf({}, { limit: 2, before: a })).toEqual([]);
    });

    it("by whole address in any case, by status, and by both", async () => {
      const ada = await insert("Ada@Example.com");
      const gone = await insert("ada@example.COM", "disabled");
      await insert("ada@example.com.evil.example");
      await insert("xada@example.com");
      await insert(null);
      const page = { limit: 10 };
      const email = "ADA@example.com";
      expect(await idsOf({ email }, page)).toEqual([gone, ada]);
      expect(await idsOf({ email, status: "active" }, page)).toEqual([ada]);
      expect(await idsOf({ status: "disabled" }, page)).toEqual([gone]);
      for (const pattern of ["ada%", "%", "ada_example.com", ""]) {
        expect(await idsOf({ email: pattern }, page)).toEqual([]);
      }
    });

    it.each([
      [{ email: "ada@example.com" }, "users_email_lower_idx"],
      [{ name: "Ada Lovelace" }, "users_name_lower_idx"],
      [{ status: "disabled" }, "users_disabled_idx"],
      [{ status: "active" }, "users_pkey"],
      [{}, "users_pkey"],
    ] as const)("%j in the order of an index: %s", async (filter, index) => {
      await dataSource.query(
        `INSERT INTO google_auth.users (id, email, name, status, created_at, updated_at, last_sign_in_at)
         SELECT gen_random_uuid(), 'user' || n || '@example.com', 'User ' || n,
           CASE n % 1000 WHEN 0 THEN 'disabled' ELSE 'active' END, now(), now(), now()
         FROM generate_series(1, 20000) AS n`,
      );
      await dataSource.query("ANALYZE google_auth.users");
      const page = { before: uuidv7(), limit: 50 };
      const [text, values] = pageOfUsers(
        dataSource.manager,
        filter,
        page,
      ).getQueryAndParameters();
      const rows = await database.query<Record<"QUERY PLAN", string>>(
        `EXPLAIN ${text}`,
        values,
      );
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      expect(plan).toContain(`Index Scan Backward using ${index}`);
      expect(plan).not.toContain("Sort");
    });
  });

  it("changes only the given fields", async () => {
    const id = await insert("ada@gmail.com");
    const change = (changes: Parameters<typeof users.change>[1]) =>
      database.transaction(async (transaction) => {
        const user = await users.lock(id, transaction);
        if (!user) throw new Error("gone");
        return users.change(user, changes, transaction);
      });
    await change({ roles: ["editor"], profile: { a: [1] } });
    const changed = await change({ status: "disabled" });
    expect(changed).toEqual(await users.findById(id));
    expect(changed).toMatchObject({
      email: "ada@gmail.com",
      roles: ["editor"],
      profile: { a: [1] },
      status: "disabled",
    });
    expect(await change({ roles: [], profile: {} })).toMatchObject({
      roles: [],
      profile: {},
    });
  });

  it("deletes only the user and its identities", async () => {
    const [gone, stays] = [await insert("a"), await insert("b")];
    await database.transaction(async (transaction) => {
      const user = await users.lock(gone, transaction);
      if (user) await users.delete(user, transaction);
      expect(await users.lock(gone, transaction)).toBeNull();
    });
    expect(await users.findById(gone)).toBeNull();
    expect(await users.identitiesOf(gone)).toEqual([]);
    expect(await users.identitiesOf(stays)).toEqual([
      expect.objectContaining({ subject: stays, claims: {} }),
    ]);
  });

  it("serializes changes to a locked user, without lost updates", async () => {
    const id = await insert("a");
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        database.transaction(async (transaction) => {
          const user = await users.lock(id, transaction);
          if (!user) throw new Error("gone");
          const profile = { ...user.profile, [`f${index}`]: index };
          await users.change(user, { profile }, transaction);
        }),
      ),
    );
    const { profile } = (await users.findById(id)) ?? {};
    expect(Object.keys(profile ?? {})).toHaveLength(20);
  });
});
