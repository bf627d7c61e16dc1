import { Logger } from "@nestjs/common";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { configurationWarnings } from "../config/configuration-warnings";
import {
  checkEnvironment,
  withDevelopmentDefaults,
} from "../config/development-defaults";
import { readEnvironment } from "../config/read-environment";
import { serviceSettings } from "../config/settings";
import { createApp, type CreateAppOptions } from "./create-app";
import { dataSourceOptions, GracefulShutdown, migrate } from "../index";
import { withAdvice } from "./start-advice";

export interface StartOptions extends Pick<
  CreateAppOptions,
  "logDestination" | "controllers" | "providers"
> {
  /** Where the embedded database and the generated secret are stored. */
  readonly dataDir: string;
  /** Called with a message for people before a step that takes long. */
  readonly onProgress?: (message: string) => void;
  /** Called after each step. */
  readonly onStep?: (step: StartStep) => void;
}

/** One step of the startup. */
export interface StartStep {
  readonly name: "database" | "migrations" | "service";
  /** Its URL without credentials, or what was done. */
  readonly detail: string;
}

/** The running service. */
export interface RunningService {
  readonly app: NestFastifyApplication;
  /** Where it listens, such as http://127.0.0.1:3000. */
  readonly url: string;
  /** Where clients reach it: PUBLIC_URL, or otherwise where it listens. */
  readonly publicUrl: string;
  /**
   * Fails readiness, keeps serving for SHUTDOWN_DELAY_SECONDS, finishes
   * requests in flight, then stops everything that was started.
   *
   * @param hurry when aborted, requests in flight are not waited for
   */
  stop(hurry?: AbortSignal): Promise<void>;
}

/**
 * Starts the service with an environment, including development defaults if
 * they apply.
 *
 * @param source as process.env
 * @throws InvalidEnvironmentError, or an Error that says what to do
 */
export async function startService(
  source: Readonly<Record<string, string | undefined>>,
  options: StartOptions,
): Promise<RunningService> {
  // Configuration errors are reported before a database is started.
  checkEnvironment(source);
  const filled = await withDevelopmentDefaults(source, options).catch(
    (error: unknown) => {
      throw withAdvice(error, options.dataDir);
    },
  );
  const stopDatabase = () => filled.database?.stop() ?? Promise.resolve();
  try {
    const environment = readEnvironment(filled.source);
    const { host, port, shutdownDelaySeconds } = serviceSettings(environment);
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
    const logger = new Logger("Configuration");
    for (const text of configurationWarnings(environment)) logger.warn(text);
    const url = await app.getUrl();
    options.onStep?.({ name: "service", detail: url });
    return {
      app,
      url,
      publicUrl: environment.PUBLIC_URL ?? url,
      stop: async (hurry) => {
        try {
          await app.get(GracefulShutdown).drain(shutdownDelaySeconds, hurry);
          await app.close();
        } finally {
          await stopDatabase();
        }
      },
    };
  } catch (error) {
    await stopDatabase();
    throw withAdvice(error, options.dataDir);
  }
}

function withoutCredentials(databaseUrl: string): string {
  const { protocol, host, pathname } = new URL(databaseUrl);
  return `${protocol}//${host}${pathname}`;
}

/** @returns how many migrations ran */
async function migrateEmbedded(url: string): Promise<number> {
  const options = dataSourceOptions({ url, poolSize: 2, ssl: false });
  return (await migrate(options)).length;
}
