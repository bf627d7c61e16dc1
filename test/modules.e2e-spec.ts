import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { DynamicModule, ModuleMetadata, Type } from "@nestjs/common";
import { Test } from "@nestjs/testing";
import { TypeOrmModule } from "@nestjs/typeorm";
import { DataSource } from "typeorm";
import { readEnvironment } from "../src/config/read-environment";
import { settingsOf } from "../src/config/settings";
import {
  AccountModule,
  AdminModule,
  AuditModule,
  AuthModule,
  CommonModule,
  DatabaseModule,
  dataSourceOptions,
  IdentityModule,
  OAuthModule,
  OpsModule,
  RateLimitsModule,
  SecurityEventsModule,
  SessionsModule,
  TokensModule,
  UsersModule,
} from "../src/index";
import { TestDatabase } from "../src/testing/test-database";

interface Row {
  readonly name: string;
  readonly needs: readonly string[];
  readonly options: readonly string[];
}

/** The table of the modules in README.md. */
const rows = readFileSync(resolve(__dirname, "../README.md"), "utf8")
  .split("\n")
  .map((line) => line.split(" | "))
  .filter(([first = ""]) => /^\| `\w+Module`/.test(first))
  .map(([name = "", needs = "", options = ""]): Row => ({
    name: namesIn(name)[0] ?? "",
    needs: namesIn(needs).map((need) => `${need}Module`),
    options: namesIn(options).map((option) => option.replace("?", "")),
  }));

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

describe("the modules, as README.md lists them", () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let modules: Map<string, DynamicModule | Type>;
  let settings: Map<string, object>;

  beforeAll(async () => {
    database = await TestDatabase.create();
    const of = settingsOf(
      readEnvironment({
        NODE_ENV: "test",
        DATABASE_URL: database.url,
        GOOGLE_CLIENT_IDS: "1234-web.apps.googleusercontent.com",
        SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0",
      }),
    );
    const common = { showReasons: true };
    const connection = dataSourceOptions(of.database());
    dataSource = await new DataSource(connection).initialize();
    modules = new Map<string, DynamicModule | Type>([
      ["CommonModule", CommonModule.forRoot(common)],
      [
        "TypeOrmModule",
        TypeOrmModule.forRootAsync({
          useFactory: () => connection,
          // One for all, which no start that fails leaves behind.
          dataSourceFactory: () => Promise.resolve(dataSource),
        }),
      ],
      ["DatabaseModule", DatabaseModule],
      ["AuditModule", AuditModule.forRoot(of.audit())],
      ["RateLimitsModule", RateLimitsModule.forRoot(of.rateLimits())],
      ["IdentityModule", IdentityModule.forRoot(of.identity())],
      ["UsersModule", UsersModule.forRoot(of.users())],
      ["SessionsModule", SessionsModule.forRoot(of.sessions())],
      ["TokensModule", TokensModule.forRoot(of.tokens())],
      ["AuthModule", AuthModule.forRoot(of.auth())],
      ["AccountModule", AccountModule],
      ["AdminModule", AdminModule.forRoot(of.admin())],
      ["OAuthModule", OAuthModule.forRoot(of.oauth())],
      ["SecurityEventsModule", SecurityEventsModule.forRoot({})],
      ["OpsModule", OpsModule],
    ]);
    settings = new Map<string, object>([
      ["CommonModule", common],
      ["AuditModule", of.audit()],
      ["RateLimitsModule", of.rateLimits()],
      ["IdentityModule", of.identity()],
      ["UsersModule", of.users()],
      ["SessionsModule", of.sessions()],
      ["TokensModule", of.tokens()],
      ["AuthModule", of.auth()],
      ["AdminModule", of.admin()],
      ["OAuthModule", of.oauth()],
    ]);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.destroy();
  });

  /** These, and all that they need. */
  const withNeeds = (names: readonly string[]): Set<string> => {
    const found = new Set<string>();
    for (const name of names) {
      const row = rows.find((candidate) => candidate.name === name);
      for (const need of withNeeds(row?.needs ?? [])) found.add(need);
      found.add(name);
    }
    return found;
  };

  const start = async (names: Iterable<string>): Promise<string> => {
    const imports = [...names].map((name) => {
      const found = modules.get(name);
      if (!found) throw new Error(`${name} is not among the modules`);
      return found;
    }) as ModuleMetadata["imports"];
    try {
      await Test.createTestingModule({ imports }).compile();
      return "starts";
    } catch (error) {
      return String(error);
    }
  };

  it("are all there are, in an order in which each comes after what it needs", () => {
    const names = rows.map(({ name }) => name);
    expect([...names].sort()).toEqual([...modules.keys()].sort());
    for (const { name, needs } of rows) {
      for (const need of needs) {
        expect(names.slice(0, names.indexOf(name))).toContain(need);
      }
    }
  });

  it.each(rows)("$name has these options", ({ name, options }) => {
    const expected = Object.keys(settings.get(name) ?? {});
    if (name === "TypeOrmModule")
      expected.push("...dataSourceOptions(…)", "autoLoadEntities: true");
    expect([...options].sort()).toEqual(expected.sort());
  });

  it.each(rows)(
    "$name needs these others, and no more",
    async ({ name, needs }) => {
      expect(await start(withNeeds([name]))).toBe("starts");
      for (const need of needs) {
        const rest = [...withNeeds([name])].filter((other) => other !== need);
        const failure = await start(rest);
        expect([need, failure]).toEqual([
          need,
          expect.stringContaining("Nest can't resolve dependencies"),
        ]);
      }
    },
  );
});
