import "reflect-metadata";
import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import pino from "pino";
import { EmbeddedPostgres } from "../database/embedded-postgres";
import { startService } from "../service/start-service";
import { GoogleEmulator } from "../testing/google/emulator";
import { AuditSink } from "../index";
import { DemoEvents } from "./demo-events";
import { demoPageController } from "./demo-page.controller";
import { DemoOutput } from "./demo-output";
import { onFreePort } from "./free-port";
import { demoGraceSeconds } from "./old-refresh-token";
import { selfCheck } from "./self-check";

interface DemoOptions {
  readonly check?: true;
  readonly json?: true;
  readonly reset?: true;
  readonly port: number;
  readonly clientId?: string;
}

const dataDir = resolve(".data/demo");

const program = new Command("npm run demo --")
  .description(
    "Start the service with an embedded Postgres and a local Google, and check that it works.\nIt needs no Google account, no Docker and no network. Ctrl-C stops everything.",
  )
  .option("--check", "exit after the self-check, with its status")
  .option("--json", "print one JSON object instead of lines")
  .option("--reset", "delete the demo's database and secret first")
  .option(
    "--port <number>",
    "the port of the service; if it is taken, the next free one is used",
    portNumber,
    3000,
  )
  .option(
    "--client-id <id>",
    "your OAuth client id: uses the real Google instead of the local one",
  )
  .showHelpAfterError();

async function main(): Promise<void> {
  program.parse();
  const options = program.opts<DemoOptions>();
  if (process.env.NODE_ENV === "production") {
    throw new Error(
      "The demo signs in anyone with made-up Google accounts, so it does not run with NODE_ENV=production.",
    );
  }
  const stopping = new Promise<void>((stop) => {
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  });
  const output = new DemoOutput(options.json ?? false);
  if (options.reset) {
    await EmbeddedPostgres.destroy(join(dataDir, "postgres"));
    await rm(dataDir, { recursive: true, force: true });
    output.step("reset", relative("", dataDir));
  }
  mkdirSync(dataDir, { recursive: true });
  const logFile = join(dataDir, "service.log");

  const { clientId } = options;
  const google =
    clientId === undefined
      ? await onFreePort(options.port + 1000, (port) =>
          GoogleEmulator.start({ port }),
        )
      : undefined;
  try {
    if (google) output.step("google", google.url);
    const events = new DemoEvents();
    const service = await onFreePort(options.port, (port) =>
      startService(
        {
          NODE_ENV: "development",
          PORT: String(port),
          PUBLIC_URL: `http://localhost:${port}`,
          REFRESH_COOKIE: "browser",
          REFRESH_GRACE_SECONDS: String(demoGraceSeconds),
          ACCOUNT_PAGE: "on",
          ADMIN_PAGE: "on",
          ADMIN_EMAILS: "grace@navy.example",
          ...(google?.environment() ?? { GOOGLE_CLIENT_IDS: clientId }),
        },
        {
          controllers: [
            demoPageController(
              {
                clientId: google?.clientIds[0] ?? clientId ?? "",
                googleUrl: google?.url,
              },
              events,
            ),
          ],
          providers: [{ provide: AuditSink, useValue: events }],
          dataDir,
          logDestination: pino.destination(logFile),
          onProgress: (message) => output.progress(message),
          onStep: ({ name, detail }) => output.step(name, detail),
        },
      ),
    );
    try {
      const results = google
        ? await selfCheck(service.url, google, (result) => output.check(result))
        : [];
      const ok = results.every((result) => result.ok);
      if (!ok) process.exitCode = 1;
      output.ready({
        ok,
        serviceUrl: service.publicUrl,
        googleUrl: google?.url,
        logFile: relative("", logFile),
        stays: !options.check,
      });
      if (!options.check) await stopping;
    } finally {
      events.close();
      await service.stop();
    }
  } finally {
    await google?.stop();
  }
  if (!options.check) output.stopped();
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 64_000) {
    throw new InvalidArgumentError("It must be an integer from 1 to 64000.");
  }
  return port;
}

// The reader of the output has exited, as `| head` does.
process.stdout.on("error", () => process.exit(1));

main().catch((error: unknown) => {
  console.error(`✖ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
