import { Logger } from "@nestjs/common";
import { InjectDataSource, TypeOrmModule } from "@nestjs/typeorm";
import { Client } from "pg";
import {
  Column,
  type DataSource,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
} from "typeorm";
import {
  googleAuthEntities,
  SignInHooks,
  type Transaction,
  type User,
  UserEntity,
} from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { call, person } from "./support/calls";
import { GuestApp, type GuestAppOptions } from "./support/guest-app";

/** An application's table with a relation to ours. */
@Entity("notes")
class Note {
  @PrimaryColumn("uuid", { name: "user_id" })
  userId!: string;

  @ManyToOne(() => UserEntity, { onDelete: "CASCADE" })
  @JoinColumn({ name: "user_id" })
  user!: UserEntity;

  @Column("text")
  text!: string;
}

class Welcome extends SignInHooks {
  constructor(@InjectDataSource() readonly dataSource: DataSource) {
    super();
  }

  override async afterSignUp(user: User, transaction: Transaction) {
    await transaction.query("INSERT INTO notes VALUES ($1, $2)", [
      ...[user.id, "welcome"],
    ]);
  }
}

describe("the database", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
  });

  beforeEach(async () => {
    database = await TestDatabase.create();
  });

  afterEach(() => database.destroy());
  afterAll(() => google.stop());

  const start = (options: GuestAppOptions) =>
    GuestApp.start(google, database, options);

  async function sql(...statements: string[]): Promise<unknown[]> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      const rows: unknown[] = [];
      for (const statement of statements) {
        const answer = await client.query<Record<string, unknown>>(statement);
        rows.push(...answer.rows);
      }
      return rows;
    } finally {
      await client.end();
    }
  }

  const dropSchema = () => sql("DROP SCHEMA google_auth CASCADE");
  const tables = () =>
    sql(`SELECT table_schema FROM information_schema.tables
      WHERE table_name = 'users' AND table_schema = 'google_auth'`);

  describe("the application's own DataSource", () => {
    const typeOrm = () =>
      TypeOrmModule.forRoot({
        ...{ type: "postgres", url: database.url, poolSize: 3 },
        entities: [Note, ...googleAuthEntities],
      });

    it("is used, and one transaction writes its tables and ours", async () => {
      await sql(`CREATE TABLE notes (user_id uuid PRIMARY KEY
        REFERENCES google_auth.users ON DELETE CASCADE, text text NOT NULL)`);
      const app = await start({
        options: {
          database: { connection: "default" },
          providers: [{ provide: SignInHooks, useClass: Welcome }],
          imports: [TypeOrmModule.forFeature([Note])],
        },
        host: { imports: [typeOrm()] },
      });
      const { id, status, accessToken } = await person(app, google);
      expect(status).toBe(200);
      const { dataSource } = app.app.get<Welcome>(SignInHooks, {
        strict: false,
      });
      const notes = await dataSource
        .getRepository(Note)
        .find({ relations: { user: true } });
      expect(notes).toEqual([
        expect.objectContaining({
          text: "welcome",
          user: expect.objectContaining({ id }) as unknown,
        }),
      ]);
      const left = await call(app, "POST", "/auth/logout", accessToken);
      expect(left.status).toBe(204);
      const me = await call(app, "GET", "/users/me", accessToken);
      expect(me.status).toBe(401);
      const applicationName = await dataSource.query<{ name: string }[]>(
        "SELECT current_setting('application_name') AS name",
      );
      expect(applicationName).toEqual([{ name: "" }]);
      await app[Symbol.asyncDispose]();
    });

    it("serves many concurrent sign-ins with few connections", async () => {
      await using app = await start({
        options: { database: { connection: "default" } },
        host: { imports: [typeOrm()] },
      });
      const people = await Promise.all(
        Array.from({ length: 20 }, () => person(app, google, newAccount())),
      );
      expect(people.map(({ status }) => status)).toEqual(people.map(() => 200));
    });

    it("is named in the error if it is missing at the start", async () => {
      await expect(
        start({ options: { database: { connection: "reporting" } } }),
      ).rejects.toThrow(/DataSource.*reporting|reporting.*DataSource/);
    });
  });

  it('migrate: "never" on an empty database names the command, and changes nothing', async () => {
    await dropSchema();
    await expect(start({ options: { migrate: "never" } })).rejects.toThrow(
      /schema google_auth.*does not exist or is not up to date.*Run: .*migrate/,
    );
    expect(await tables()).toEqual([]);
  });

  it("this is the default in production", async () => {
    await dropSchema();
    const production = {
      environment: "production",
      google: { clientIds: google.clientIds },
    } as const;
    await expect(start({ options: production })).rejects.toThrow(
      /Run: .*migrate/,
    );
  });

  it('migrate: "on-start" creates the schema once', async () => {
    await dropSchema();
    for (let time = 1; time <= 2; time++) {
      await using app = await start({ options: { migrate: "on-start" } });
      expect((await person(app, google)).status).toBe(200);
    }
    expect(await tables()).toHaveLength(1);
  });

  it("two instances that start on an empty database both succeed", async () => {
    await dropSchema();
    const apps = await Promise.all([start({}), start({})]);
    for (const app of apps) {
      expect((await person(app, google)).status).toBe(200);
      await app[Symbol.asyncDispose]();
    }
  });
});
