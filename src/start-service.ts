import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { DataSource } from "typeorm";
import {
  checkEnvironment,
  withDevelopmentDefaults,
} from "./config/development-defaults";
import { readEnvironment } from "./config/read-environment";
import { serviceSettings } from "./config/settings";
import { createApp, type CreateAppOptions } from "./create-app";
import { dataSourceOptions, migrate } from "./index";

export interface StartOptions extends Pick<CreateAppOptions, "logDestination"> {
  /** Where the embedded database and the made-up secret are kept. */
  readonly dataDir: string;
  /** Told what takes long, in sentences for people. */
  readonly onProgress?: (message: string) => void;
  /** Told what has been done, once it is. */
  readonly onStep?: (step: StartStep) => void;
}

/** One thing that a start consists of. */
export interface StartStep {
  readonly name: "database" | "migrations" | "service";
  /** Its address without credentials, or what was done. */
  readonly detail: string;
}

/** The service while it runs. */
export interface RunningService {
  readonly app: NestFastifyApplication;
  /** Where it listens, such as http://127.0.0.1:3000. */
  readonly url: string;
  /** Finishes the requests under way, then stops everything this start began. */
  stop(): Promise<void>;
}

/**
 * Starts the service on an environment, with the development defaults where
 * they apply.
 *
 * @param source as process.env
 * @throws InvalidEnvironmentError, or an Error that says what to do
 */
export async function startService(
  source: Readonly<Record<string, string | undefined>>,
  options: StartOptions,
): Promise<RunningService> {
  // A mistake is told before a database is started.
  checkEnvironment(source);
  const filled = await withDevelopmentDefaults(source, options);
  const stopDatabase = () => filled.database?.stop() ?? Promise.resolve();
  try {
    const environment = readEnvironment(filled.source);
    const { host, port } = serviceSettings(environment);
    if (filled.database) {
      options.onStep?.({
        name: "database",
        detail: withoutCredentials(filled.database.url),
      });
      const done = await migrateEmbedded(filled.database.url);
      options.onStep?.({
        name: "migrations",
        detail: done > 0 ? `${done} run` : "up to date",
      });
    }
    const app = await createApp(environment, options);
    try {
      await app.listen({ host, port });
    } catch (error) {
      await app.close();
      throw error;
    }
    const url = await app.getUrl();
    options.onStep?.({ name: "service", detail: url });
    return {
      app,
      url,
      stop: async () => {
        await app.close();
        await stopDatabase();
      },
    };
  } catch (error) {
    await stopDatabase();
    throw withAdvice(error);
  }
}

function withoutCredentials(databaseUrl: string): string {
  const { protocol, host, pathname } = new URL(databaseUrl);
  return `${protocol}//${host}${pathname}`;
}

/** @returns how many migrations ran */
async function migrateEmbedded(url: string): Promise<number> {
  const dataSource = new DataSource(
    dataSourceOptions({ url, poolSize: 2, ssl: false }),
  );
  await dataSource.initialize();
  try {
    return (await migrate(dataSource)).length;
  } finally {
    await dataSource.destroy();
  }
}

function withAdvice(error: unknown): unknown {
  const { code, port } = error as { code?: unknown; port?: unknown };
  if (code === "EADDRINUSE") {
    return new Error(
      `Port ${String(port)} is taken by another program. Set PORT to another one, or to 0 for a free one.`,
      { cause: error },
    );
  }
  // SQLSTATE undefined_table, undefined_column
  if (code === "42P01" || code === "42703") {
    return new Error(
      "The database has not been set up, or not brought up to date. Run: node dist/cli.js migrate",
      { cause: error },
    );
  }
  return error;
}
