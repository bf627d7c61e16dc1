import { NestFactory } from "@nestjs/core";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { Logger } from "nestjs-pino";
import type { DestinationStream } from "pino";
import { AppModule, type AppOptions } from "../app.module";
import type { Environment } from "../config/environment";
import { serviceSettings } from "../config/settings";
import { fastifyAdapter, setUpFastify } from "../fastify";
import { setUpOpenApi } from "./open-api";
import { createLogger, logRequests } from "./request-log";

export interface CreateAppOptions extends Omit<AppOptions, "logger"> {
  /** Where log lines go; standard output by default. */
  readonly logDestination?: DestinationStream;
}

/**
 * Creates the whole service, ready to listen.
 *
 * @param environment checked by readEnvironment
 */
export async function createApp(
  environment: Environment,
  { logDestination, ...options }: CreateAppOptions = {},
): Promise<NestFastifyApplication> {
  const logger = createLogger(environment.LOG_LEVEL, logDestination);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(environment, { ...options, logger }),
    fastifyAdapter(serviceSettings(environment)),
    { bufferLogs: true, abortOnError: false },
  );
  try {
    app.useLogger(app.get(Logger));
    app.flushLogs();
    setUpFastify(app);
    logRequests(app, logger);
    if (environment.DOCS ?? environment.NODE_ENV !== "production") {
      setUpOpenApi(app);
    }
    await app.init();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
