import "reflect-metadata";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type RunningService, startService } from "./start-service";

/** Runs the service on the environment's configuration until a signal comes. */
async function main(): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const stopping = new Promise<NodeJS.Signals>((signalled) => {
    process.once("SIGTERM", signalled);
    process.once("SIGINT", signalled);
  });
  let service: RunningService | undefined;
  try {
    service = await startService(process.env, {
      dataDir: resolve(".data"),
      onProgress: (message) => console.error(message),
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    return;
  }
  console.error(`Listening on ${service.url}`);
  await stopping;
  await service.stop();
}

void main();
