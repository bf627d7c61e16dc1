import { resolve } from "node:path";
import { Logger } from "@nestjs/common";
import { Command } from "commander";
import { DataSource } from "typeorm";
import { withDevelopmentDefaults } from "../../config/development-defaults";
import type { Environment } from "../../config/environment";
import { settingsOf } from "../../config/settings";
import { dataSourceOptions, SigningKeyStore } from "../../index";
import { clock, commandDatabaseOf } from "./command-database";
import { configurationFindings, valuesOf } from "./doctor/configuration.checks";
import { databaseFindings } from "./doctor/database.checks";
import { failed, type Finding, ok, reasonOf } from "./doctor/finding";
import { googleFindings } from "./doctor/google.checks";
import { isHealthy, reportJson, reportText } from "./doctor/report";
import { signingKeyFindings } from "./doctor/signing-keys.checks";
import { withUsageStatus } from "./usage";

/** `doctor`: what is wrong with this service and its surroundings. */
export function doctorCommand(): Command {
  return withUsageStatus(new Command("doctor"))
    .summary("Check configuration, database, keys, Google, clocks and proxies")
    .description(
      "Check everything the service depends on, from this machine and with this environment, and say what to do. Changes nothing in the database.",
    )
    .option("--json", "as JSON")
    .addHelpText("after", help)
    .action(examine);
}

const help = `
Each line is one check: ✔ in order, ! works but is a risk, ✖ does not work.

Exit status: 0 unless a line has ✖, then 1; 2 for invalid usage.`;

async function examine({ json }: { readonly json?: true }): Promise<void> {
  // The key cache logs to standard output, where the report goes.
  Logger.overrideLogger(false);
  const findings = await allFindings();
  console.log(
    json ? JSON.stringify(reportJson(findings), null, 2) : reportText(findings),
  );
  process.exitCode = isHealthy(findings) ? 0 : 1;
}

async function allFindings(): Promise<Finding[]> {
  const configuration = configurationFindings(process.env);
  // The other checks would only repeat what is wrong.
  if (!isHealthy(configuration)) return configuration;
  const { identity } = settingsOf(valuesOf(process.env));
  const [stored, google] = await Promise.all([
    storedFindings(),
    googleFindings(identity),
  ]);
  return [...configuration, ...stored, ...google];
}

/** What is in the database, and the database itself. */
async function storedFindings(): Promise<Finding[]> {
  try {
    const { source, database } = await withDevelopmentDefaults(process.env, {
      dataDir: resolve(".data"),
      onProgress: (message) => console.error(message),
    });
    try {
      return await findingsAt(valuesOf(source), database !== undefined);
    } finally {
      await database?.stop();
    }
  } catch (error) {
    return [
      failed(
        "database",
        `cannot be used: ${reasonOf(error)}`,
        "Check DATABASE_URL, DATABASE_SSL and the network",
      ),
    ];
  }
}

async function findingsAt(
  environment: Environment,
  isEmbedded: boolean,
): Promise<Finding[]> {
  const settings = settingsOf(environment);
  const dataSource = await new DataSource(
    dataSourceOptions({ ...settings.database, poolSize: 2 }),
  ).initialize();
  try {
    const findings = await databaseFindings(dataSource, isEmbedded);
    return [...findings, ...(await keyFindings(environment, dataSource))];
  } finally {
    await dataSource.destroy();
  }
}

async function keyFindings(
  environment: Environment,
  dataSource: DataSource,
): Promise<Finding[]> {
  const { signingKeys } = settingsOf(environment);
  if (signingKeys.signingKeyPem !== null) {
    return [ok("signing keys", "from SIGNING_KEY_PEM; readable")];
  }
  const { database, audit } = commandDatabaseOf(dataSource);
  const store = new SigningKeyStore(database, clock, audit, signingKeys);
  try {
    return await signingKeyFindings(
      store,
      signingKeys.rotationDays,
      clock.now(),
    );
  } catch (error) {
    return isMissingTable(error)
      ? [ok("signing keys", "none yet: there is no schema")]
      : [
          failed(
            "signing keys",
            `cannot be read: ${reasonOf(error)}`,
            "Check what the role of DATABASE_URL may read",
          ),
        ];
  }
}

/** SQLSTATE undefined_table and invalid_schema_name. */
function isMissingTable(error: unknown): boolean {
  return ["42P01", "3F000"].includes(
    String((error as { code?: unknown }).code),
  );
}
