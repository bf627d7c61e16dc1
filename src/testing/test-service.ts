import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import type { AppOptions } from "../app.module";
import { readEnvironment } from "../config/read-environment";
import type { GoogleEmulator } from "./google/emulator";
import { ServedApp } from "./served-app";
import { TestDatabase } from "./test-database";

export interface TestServiceOptions extends Pick<
  AppOptions,
  "controllers" | "providers"
> {
  /** Variables that override the test defaults; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Use this database, which is kept when the service stops. Default: a new
   * one.
   */
  readonly database?: TestDatabase;
}

/** The real service on a free port, pointed at a local Google. */
export class TestService extends ServedApp {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    readonly database: TestDatabase,
    /**
     * Everything it has logged, one JSON text per line. Nest has one logger per
     * process: if two services run, the later one gets these lines.
     */
    readonly logLines: readonly string[],
    private readonly ownsDatabase: boolean,
  ) {
    super();
  }

  /**
   * Starts the whole service: real HTTP, real Postgres, real signatures. Rate
   * limits are off unless `env` sets them.
   *
   * @param google the emulator whose tokens it accepts
   * @throws InvalidEnvironmentError if `env` is invalid
   */
  static async start(
    google: GoogleEmulator,
    options: TestServiceOptions = {},
  ): Promise<TestService> {
    const database = options.database ?? (await TestDatabase.create());
    const logLines: string[] = [];
    try {
      const environment = readEnvironment({
        NODE_ENV: "test",
        PORT: "0",
        PUBLIC_URL: "https://service.example",
        LOG_LEVEL: "trace",
        RATE_LIMIT_SIGN_IN: "off",
        RATE_LIMIT_SIGN_IN_FAILURES: "off",
        RATE_LIMIT_REFRESH: "off",
        RATE_LIMIT_NONCE: "off",
        RATE_LIMIT_VERIFY_TOKEN: "off",
        SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0",
        DATABASE_URL: database.url,
        ...google.environment(),
        ...options.env,
      });
      // The service needs packages that an application may not have, such as
      // Fastify.
      const { createApp } =
        require("../service/create-app") as typeof import("../service/create-app");
      const { __resetOutOfContextForTests } =
        require("nestjs-pino/PinoLogger") as typeof import("nestjs-pino/PinoLogger");
      // Otherwise the first service of the process would receive all log lines.
      __resetOutOfContextForTests();
      const app = await createApp(environment, {
        logDestination: { write: (line) => void logLines.push(line) },
        providers: options.providers,
        controllers: options.controllers,
      });
      await app.listen({ host: "127.0.0.1", port: 0 });
      return new TestService(
        app,
        await app.getUrl(),
        database,
        logLines,
        options.database === undefined,
      );
    } catch (error) {
      if (!options.database) await database.destroy();
      throw error;
    }
  }

  protected async dispose(): Promise<void> {
    if (this.ownsDatabase) await this.database.destroy();
  }
}
