import { resolve } from "node:path";
import { Command } from "commander";
import { DataSource } from "typeorm";
import { AuditSink } from "../audit/audit-sink.port";
import { AuditTrail } from "../audit/audit-trail";
import { withDevelopmentDefaults } from "../config/development-defaults";
import type { Environment } from "../config/environment";
import { readEnvironment } from "../config/read-environment";
import {
  AuthError,
  Database,
  dataSourceOptions,
  PemSigningKeys,
  SigningKeyStore,
  SystemClock,
} from "../index";
import {
  configuredKeyReport,
  keyTable,
  removalReport,
  type Report,
  type ReportedKey,
  rotationReport,
  storedKeyReport,
} from "./keys.report";

const clock = new SystemClock();

/** `keys`: what those who run the service do with its signing keys. */
export function keysCommand(): Command {
  const keys = new Command("keys")
    .description("The keys that sign this service's access tokens")
    .showHelpAfterError();
  keys
    .command("list")
    .summary("show what each key does, and since when")
    .description("Show what each key does, and since when; no private halves.")
    .option("--json", "as JSON")
    .action(list);
  keys
    .command("rotate")
    .summary("let the next key sign")
    .description(
      "Let the next key sign, which everybody knows already. Nobody is signed out. Of several at once, on this or other machines, one rotates.",
    )
    .option(
      "--emergency [kid]",
      "a key has leaked, the current one unless named: remove it at once, and refuse its tokens",
    )
    .addHelpText("after", exitStatus)
    .action(rotate);
  keys
    .command("remove")
    .summary("refuse a key that does not sign, and its tokens")
    .description(
      "Refuse a key that does not sign, and its tokens, from now on. One that is next is replaced by another.",
    )
    .argument("<kid>", "as in the list")
    .addHelpText("after", exitStatus)
    .action(remove);
  return keys;
}

const exitStatus =
  "\nExit status: 0 when it is so now, 1 when nothing was changed; it says why.";

async function list({ json }: { readonly json?: true }): Promise<void> {
  const keys = await withEnvironment(async (environment) =>
    isConfigured(environment)
      ? configuredKeys(environment)
      : withStore(environment, storedKeys),
  );
  console.log(json ? JSON.stringify(keys, null, 2) : keyTable(keys));
}

function rotate(options: { readonly emergency?: string | true }) {
  const { emergency } = options;
  return change(async (store) => {
    if (!emergency) return rotationReport(await store.rotate(), clock.now());
    // The key that is current as the command is given: of two such commands
    // the second must not remove the key that the first has put in its place.
    const kid = emergency === true ? await currentKid(store) : emergency;
    return removalReport(kid, await store.remove(kid, false));
  });
}

function remove(kid: string) {
  return change(async (store) =>
    removalReport(kid, await store.remove(kid, true)),
  );
}

async function change(
  run: (store: SigningKeyStore) => Promise<Report>,
): Promise<void> {
  const { refused, text } = await withEnvironment((environment) => {
    if (isConfigured(environment)) throw new Error(configuredElsewhere);
    return withStore(environment, run);
  });
  if (refused) throw new Error(text);
  console.log(text);
}

/** Why nothing is done where the keys come from the environment. */
const configuredElsewhere =
  "The signing key is that of SIGNING_KEY_PEM: whoever sets it replaces it, in three steps.\n" +
  "  1. Set the new key as SIGNING_KEY_PEM_PREVIOUS and restart every instance: it is published.\n" +
  "  2. After 10 minutes, let the two variables change places and restart: it signs.\n" +
  "  3. After 70 minutes, unset SIGNING_KEY_PEM_PREVIOUS and restart.\n" +
  "A key that has leaked: set a new one as SIGNING_KEY_PEM, and nothing else, and restart.";

function isConfigured(environment: Environment): boolean {
  return environment.SIGNING_KEY_PEM !== undefined;
}

function configuredKeys(environment: Environment): ReportedKey[] {
  const keys = new PemSigningKeys({
    signingKeyPem: environment.SIGNING_KEY_PEM,
    previousSigningKeyPem: environment.SIGNING_KEY_PEM_PREVIOUS,
  });
  const { kid } = keys.current();
  return keys
    .published()
    .map((key) => configuredKeyReport(key, key.kid === kid));
}

async function storedKeys(store: SigningKeyStore): Promise<ReportedKey[]> {
  const keys = await store.load();
  return keys.map((key) => storedKeyReport(key, clock.now()));
}

async function currentKid(store: SigningKeyStore): Promise<string> {
  const keys = await store.load();
  const current = keys.find(({ state }) => state === "current");
  if (!current) {
    throw new Error("There are no keys yet: the service makes them on start.");
  }
  return current.kid;
}

async function withEnvironment<T>(
  run: (environment: Environment) => Promise<T> | T,
): Promise<T> {
  const { source, database } = await withDevelopmentDefaults(process.env, {
    dataDir: resolve(".data"),
    onProgress: (message) => console.error(message),
  });
  try {
    return await run(
      readEnvironment(source, [
        ...["NODE_ENV", "DATABASE_URL", "DATABASE_SSL"],
        ...["SECRET_KEY", "SECRET_KEY_PREVIOUS"],
        ...["SIGNING_KEY_PEM", "SIGNING_KEY_PEM_PREVIOUS"],
      ]),
    );
  } finally {
    await database?.stop();
  }
}

async function withStore<T>(
  environment: Environment,
  run: (store: SigningKeyStore) => Promise<T>,
): Promise<T> {
  const dataSource = new DataSource(
    dataSourceOptions({
      url: environment.DATABASE_URL,
      poolSize: 2,
      ssl: environment.DATABASE_SSL,
    }),
  );
  await dataSource.initialize();
  const database = new Database(dataSource);
  const audit = new AuditTrail(database, new SilentSink(), clock);
  try {
    return await run(
      new SigningKeyStore(database, clock, audit, {
        secretKey: environment.SECRET_KEY,
        previousSecretKey: environment.SECRET_KEY_PREVIOUS,
      }),
    );
  } catch (error) {
    throw withAdvice(error);
  } finally {
    await dataSource.destroy();
  }
}

/** The command itself says what it has done. */
class SilentSink extends AuditSink {
  override tell(): void {}
}

/** SQLSTATE undefined_table and undefined_column. */
const schemaIsOld = ["42P01", "42703"];

function withAdvice(error: unknown): unknown {
  if (schemaIsOld.includes(String((error as { code?: unknown }).code))) {
    return new Error(
      "The database has not been set up, or is of an older release. Run: node dist/cli.js migrate",
      { cause: error },
    );
  }
  if (error instanceof AuthError && error.cause instanceof Error) {
    return new Error(`The database is away: ${error.cause.message}`, {
      cause: error,
    });
  }
  return error;
}
