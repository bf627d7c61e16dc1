import {
  type DynamicModule,
  type INestApplication,
  type LogLevel,
  type Type,
} from "@nestjs/common";
import { type AbstractHttpAdapter, NestFactory } from "@nestjs/core";
import { GoogleEmulator } from "./google/emulator";
import { pathIn, setRolesIn, stopApp } from "./nest-app";
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
export class TestApp implements TestSite {
  private constructor(
    readonly app: INestApplication,
    /** Where it listens. */
    readonly url: string,
    readonly google: GoogleEmulator,
    readonly database: TestDatabase,
    private readonly dispose: () => Promise<void>,
  ) {}

  /**
   * Starts an application. While it starts, `process.env` has the variables of
   * docs/configuration.md for the emulator and the database, and is restored
   * afterwards; a module that reads other names gets them from the arrow
   * function's argument.
   *
   * @throws the error of the application's start
   */
  static async for(
    rootModule: RootModule,
    options: TestAppOptions = {},
  ): Promise<TestApp> {
    const google = options.google ?? (await GoogleEmulator.start());
    const database = options.database ?? (await TestDatabase.create());
    const dispose = async () => {
      if (!options.database) await database.destroy();
      if (!options.google) await google.stop();
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
      await app?.close();
      await dispose();
      throw error;
    } finally {
      restore();
    }
  }

  /** A request to the application; `path` begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, init);
  }

  /** The path of a POST route such as `/auth/google` in this application. */
  pathOf(route: string): string {
    return pathIn(this.app, route);
  }

  /** Sets the roles of a user; tokens contain them from the next refresh on. */
  setRoles(userId: string, roles: readonly string[]): Promise<void> {
    return setRolesIn(this.app, userId, roles);
  }

  /** Stops the application, and what it was not given. */
  async stop(): Promise<void> {
    await stopApp(this.app);
    await this.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
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
