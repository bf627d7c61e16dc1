import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { fastifyAdapter, setUpFastify } from "nest-google-auth/fastify";
import { AppModule } from "./app.module";
import { settingsFrom } from "./settings";

async function main(): Promise<void> {
  const settings = settingsFrom(process.env);
  const { publicUrl } = settings;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(settings),
    fastifyAdapter({ publicUrl }),
  );
  setUpFastify(app);
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3000, "0.0.0.0");
}

void main();
