import {
  type DynamicModule,
  type INestApplication,
  type LogLevel,
  type Type,
} from "@nestjs/common";
import { type AbstractHttpAdapter, NestFactory } from "@nestjs/core";
import { GoogleEmulator } from "./google/emulator";
import { ServedApp } from "./served-app";
import { TestDatabase } from "./test-database";

const levels: LogLevel[] = ["error", "warn"];

/** What an application under test is connected to. */
export interface TestSite {
  readonly google: GoogleEmulator;
  readonly database: TestDatabase;
}

/** The root module of an application, or an arrow function that makes it. */
export type RootModule =
  | Type
  | DynamicModule
  | ((site: TestSite) => Type | DynamicModule | Promise<Type | DynamicModule>);

export interface TestAppOptions {
  /** The emulator whose tokens the application accepts. Default: a new one. */
  readonly google?: GoogleEmulator;
  /** Kept when the application stops. Default: a new one, with our schema. */
  readonly database?: TestDatabase;
  /** Environment variables while the application starts; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The HTTP platform. Default: Express. */
  readonly adapter?: AbstractHttpAdapter;
  /** What `main.ts` does between creating and starting the application. */
  readonly configure?: (app: INestApplication) => void | Promise<void>;
  /** Default: errors and warnings. */
  readonly logger?: LogLevel[] | false;
}

/**
 * An application of yours on a free port, with a local Google and a real
 * Postgres.
 *
 * @example
 * await using app = await TestApp.for(AppModule);
 * const ada = await app.google.signIn(app, { roles: ["editor"] });
 * expect((await ada.fetch("/articles")).status).toBe(200);
 */
export class TestApp extends ServedApp implements TestSite {
  /** Starts one after another, because they set `process.env`. */
  private static starting: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly app: INestApplication,
    readonly url: string,
    readonly google: GoogleEmulator,
    readonly database: TestDatabase,
    protected readonly dispose: () => Promise<void>,
  ) {
    super();
  }

  /**
   * Starts an application. While it starts, `process.env` has the variables of
   * docs/configuration.md for the emulator and the database, and is restored
   * afterwards; a module that reads other names gets them from the arrow
   * function's argument.
   *
   * @throws the error of the application's start
   */
  static for(
    rootModule: RootModule,
    options: TestAppOptions = {},
  ): Promise<TestApp> {
    const started = TestApp.starting.then(() =>
      TestApp.start(rootModule, options),
    );
    TestApp.starting = started.catch(() => undefined);
    return started;
  }

  private static async start(
    rootModule: RootModule,
    options: TestAppOptions,
  ): Promise<TestApp> {
    const database = options.database ?? (await TestDatabase.create());
    const google = options.google ?? (await GoogleEmulator.start());
    const dispose = async () => {
      if (!options.google) await google.stop();
      if (!options.database) await database.destroy();
    };
    const restore = setEnvironment({
      NODE_ENV: "test",
      PUBLIC_URL: "https://app.example",
      SECRET_KEY: "only for tests: 3f0c2a9d8b7e6f5041d2",
      DATABASE_URL: database.url,
      ...google.environment(),
      ...options.env,
    });
    let app: INestApplication | undefined;
    try {
      const site = { google, database };
      const root = isFactory(rootModule) ? await rootModule(site) : rootModule;
      // Otherwise Nest would end the process of the tests.
      const nest = { logger: options.logger ?? levels, abortOnError: false };
      app = options.adapter
        ? await NestFactory.create(root, options.adapter, nest)
        : await NestFactory.create(root, nest);
      await options.configure?.(app);
      await app.listen(0, "127.0.0.1");
      return new TestApp(app, await app.getUrl(), google, database, dispose);
    } catch (error) {
      // The error of the start matters more than one of the clean-up.
      await app?.close().catch(() => undefined);
      await dispose();
      throw error;
    } finally {
      restore();
    }
  }
}

function isFactory(
  root: RootModule,
): root is Exclude<RootModule, Type | DynamicModule> {
  return typeof root === "function" && root.prototype === undefined;
}

/** Sets variables and returns how to restore them. */
function setEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): () => void {
  const before = Object.keys(variables).map(
    (name) => [name, process.env[name]] as const,
  );
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(variables)) set(name, value);
  return () => {
    for (const [name, value] of before) set(name, value);
  };
}
