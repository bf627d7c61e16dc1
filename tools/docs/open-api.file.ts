import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { AppModule } from "../../src/app.module";
import { readEnvironment } from "../../src/config/read-environment";
import { fastifyAdapter } from "../../src/fastify";
import { openApiDocument } from "../../src/service/open-api";

/**
 * docs/openapi.json: the routes of the service. In preview mode, Nest does not
 * instantiate providers, so neither a database nor Google is needed.
 */
export async function openApiFile(): Promise<string> {
  const environment = readEnvironment({
    NODE_ENV: "test",
    DATABASE_URL: "postgresql://nowhere.invalid/none",
    GOOGLE_CLIENT_IDS: "none.apps.googleusercontent.com",
    SECRET_KEY: "protects nothing: no provider is instantiated",
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(environment),
    fastifyAdapter(),
    { preview: true, logger: false, abortOnError: false },
  );
  try {
    return `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
  } finally {
    await app.close();
  }
}
