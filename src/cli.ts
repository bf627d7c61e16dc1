#!/usr/bin/env node
import "reflect-metadata";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import {
  checkEnvironment,
  withDevelopmentDefaults,
} from "./config/development-defaults";
import { readEnvironment } from "./config/read-environment";
import { dataSourceOptions, migrate } from "./index";
import { doctorCommand } from "./service/cli/doctor.command";
import { importCommand } from "./service/cli/import.command";
import { inspectTokenCommand } from "./service/cli/inspect-token.command";
import { keysCommand } from "./service/cli/keys.command";
import { riscCommand } from "./service/cli/risc.command";
import { withUsageStatus } from "./service/cli/usage";
import { packageVersion } from "./service/package-version";

/** The command line interface for operators. */
const program = withUsageStatus(new Command("nest-google-auth"))
  .description("Operate nest-google-auth; reads the service's environment")
  .version(packageVersion);

program
  .command("migrate")
  .description(
    "Bring the database schema up to date; safe to run from several places concurrently",
  )
  .action(async () => {
    const { source, database } = await withDevelopmentDefaults(process.env, {
      dataDir: resolve(".data"),
      onProgress: (message) => console.error(message),
    });
    try {
      const environment = readEnvironment(source, [
        "NODE_ENV",
        "DATABASE_URL",
        "DATABASE_SSL",
      ]);
      const done = await migrate(
        dataSourceOptions({
          url: environment.DATABASE_URL,
          poolSize: 2,
          ssl: environment.DATABASE_SSL,
        }),
      );
      for (const name of done) console.log(`✔ ${name}`);
      console.log(
        done.length > 0 ? "The schema is up to date." : "Nothing to do.",
      );
    } finally {
      await database?.stop();
    }
  });

program
  .command("check-config")
  .description("Check the environment and list every problem; starts nothing")
  .action(() => {
    checkEnvironment(process.env);
    console.log("The configuration is valid.");
  });

program.addCommand(doctorCommand());
program.addCommand(keysCommand());
program.addCommand(riscCommand());
program.addCommand(importCommand());
program.addCommand(inspectTokenCommand());

if (existsSync(".env")) process.loadEnvFile(".env");
program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
