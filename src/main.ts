import "reflect-metadata";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { stopSignals } from "./service/stop-signals";
import { type RunningService, startService } from "./service/start-service";

/**
 * Runs the service with the configuration of the environment until it receives
 * a signal.
 */
async function main(): Promise<void> {
  new Command("npm start --")
    .description(
      "Run the service. It is configured by environment variables, also from .env: see docs/configuration.md, and nest-google-auth check-config.",
    )
    .showHelpAfterError()
    .parse();
  if (existsSync(".env")) process.loadEnvFile(".env");
  const signals = stopSignals();
  const abandonStart = () => process.exit(1);
  signals.hurry.addEventListener("abort", abandonStart);
  let service: RunningService;
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
  const { publicUrl, url } = service;
  console.error(
    publicUrl === url
      ? `Listening on ${url}`
      : `Serving ${publicUrl}\nListening on ${url}`,
  );
  signals.hurry.removeEventListener("abort", abandonStart);
  await signals.first;
  await service.stop(signals.hurry);
}

void main();
