import "reflect-metadata";
import { existsSync, mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import pino from "pino";
import { painted } from "../service/terminal";
import { startService } from "../service/start-service";
import { stopSignals } from "../service/stop-signals";
import { GoogleEmulator } from "../testing/google/emulator";
import { onFreePort } from "./free-port";

/** Ports that front ends usually have during development. */
const frontEndPorts = [3001, 4173, 4200, 5173, 5174, 8000, 8080, 8081, 19006];

/** The same at every start, so that a front end's settings remain valid. */
const clientSecret = "GOCSPX-local-emulator-secret";

/** The service and a local Google, for front-end development: `npm run dev`. */
async function main(): Promise<void> {
  new Command("npm run dev --")
    .description(
      "Run the service together with a local Google, for front-end development.\nReads the variables of docs/configuration.md, also from .env; PORT is 3000 by default.",
    )
    .showHelpAfterError()
    .parse();
  if (existsSync(".env")) process.loadEnvFile(".env");
  if (process.env.NODE_ENV === "production") {
    throw new Error("npm run dev is for development; unset NODE_ENV.");
  }
  const dataDir = resolve(".data");
  const logFile = join(dataDir, "dev.log");
  mkdirSync(dataDir, { recursive: true });
  const signals = stopSignals();
  const wished = Number(process.env.PORT ?? 3000);
  const google = await onFreePort(wished + 1000, (port) =>
    GoogleEmulator.start({
      port,
      clientIds: clientIdsOf(process.env.GOOGLE_CLIENT_IDS),
      clientSecret: process.env.GOOGLE_CLIENT_SECRET ?? clientSecret,
    }),
  );
  try {
    const service = await onFreePort(wished, (port) =>
      startService(
        {
          PUBLIC_URL: `http://localhost:${port}`,
          REFRESH_COOKIE: "browser",
          ACCOUNT_PAGE: "on",
          ADMIN_PAGE: "on",
          CORS_ORIGINS: loopbackOrigins(port),
          ...google.environment(),
          ...withoutGoogle(process.env),
          ...{ PORT: String(port), GOOGLE_CLIENT_IDS: google.clientIds.join() },
        },
        {
          dataDir,
          logDestination: pino.destination(logFile),
          onProgress: (message) => console.error(message),
        },
      ),
    );
    const { publicUrl } = service;
    console.log(
      [
        `${painted("bold", "Service")}    ${publicUrl}  (/account, /admin, /docs; log: ${relative("", logFile)})`,
        `${painted("bold", "Google")}     ${google.url}/emulator/`,
        `${painted("bold", "Client id")}  ${google.clientIds[0]}`,
        `${painted("bold", "Script")}     ${google.environment().GOOGLE_SCRIPT_URL}`,
        `${painted("bold", "Origins")}    http://localhost on ports ${frontEndPorts.join(", ")}`,
      ].join("\n"),
    );
    await signals.first;
    await service.stop(signals.hurry);
  } finally {
    await google.stop();
  }
}

function clientIdsOf(list: string | undefined): string[] | undefined {
  const ids = list
    ?.split(",")
    .map((entry) => entry.trim().replace(/^\w+=/, ""))
    .filter((id) => id !== "");
  return ids?.length ? ids : undefined;
}

/** The settings of a .env file, except those that point to the real Google. */
function withoutGoogle(
  source: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(source).filter(
      ([name, value]) => !/^GOOGLE_(?:\w+_URL|CLIENT_\w+)$/.test(name) && value,
    ),
  );
}

function loopbackOrigins(ownPort: number): string {
  return frontEndPorts
    .filter((port) => port !== ownPort)
    .flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`])
    .join(",");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
