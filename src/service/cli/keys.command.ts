import { Command } from "commander";
import type { Environment } from "../../config/environment";
import { PemSigningKeys, SigningKeyStore } from "../../index";
import { clock, withDatabase, withEnvironment } from "./command-database";
import {
  configuredKeyReport,
  keyTable,
  removalReport,
  type Report,
  type ReportedKey,
  rotationReport,
  storedKeyReport,
} from "./keys.report";

/** `keys`: managing the service's signing keys. */
export function keysCommand(): Command {
  const keys = new Command("keys")
    .description("The keys that sign this service's access tokens")
    .showHelpAfterError();
  keys
    .command("list")
    .summary("show the state of each key, and since when")
    .description(
      "Show the state of each key, and since when. Private keys are not shown.",
    )
    .option("--json", "as JSON")
    .action(list);
  keys
    .command("rotate")
    .summary("make the next key the signing key")
    .description(
      "Make the next key the signing key; it is already published, so no one is signed out. If several rotations run concurrently, on any machines, only one takes effect.",
    )
    .option(
      "--emergency [kid]",
      "a key has leaked (default: the current one): remove it immediately and refuse its tokens",
    )
    .addHelpText("after", exitStatus)
    .action(rotate);
  keys
    .command("remove")
    .summary("remove a key that does not sign, and refuse its tokens")
    .description(
      "Remove a key that does not sign, and refuse its tokens from now on. If it is the next key, a new one takes its place.",
    )
    .argument("<kid>", "as shown by: keys list")
    .addHelpText("after", exitStatus)
    .action(remove);
  return keys;
}

const exitStatus =
  "\nExit status: 0 if the command succeeded or nothing was left to do, 1 if it was\nrefused, with the reason.";

async function list({ json }: { readonly json?: true }): Promise<void> {
  const keys = await withKeyEnvironment(async (environment) =>
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
    // The key that is current when the command starts: of two such commands, the
    // second must not remove the key that the first has just promoted.
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
  const { refused, text } = await withKeyEnvironment((environment) => {
    if (isConfigured(environment)) throw new Error(configuredElsewhere);
    return withStore(environment, run);
  });
  if (refused) throw new Error(text);
  console.log(text);
}

/** Why the command changes nothing when the keys come from the environment. */
const configuredElsewhere =
  "The signing key comes from SIGNING_KEY_PEM. Replace it there, in three steps:\n" +
  "  1. Set the new key as SIGNING_KEY_PEM_PREVIOUS and restart every instance: it is published.\n" +
  "  2. After 10 minutes, swap the two variables and restart: the new key signs.\n" +
  "  3. After 70 minutes, unset SIGNING_KEY_PEM_PREVIOUS and restart.\n" +
  "If the key has leaked: set a new one as SIGNING_KEY_PEM, unset the other, and restart.";

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
    throw new Error(
      "There are no keys yet: the service creates them when it starts.",
    );
  }
  return current.kid;
}

function withKeyEnvironment<T>(
  run: (environment: Environment) => Promise<T> | T,
): Promise<T> {
  return withEnvironment(
    [
      ...["NODE_ENV", "DATABASE_URL", "DATABASE_SSL"],
      ...["SECRET_KEY", "SECRET_KEY_PREVIOUS"],
      ...["SIGNING_KEY_PEM", "SIGNING_KEY_PEM_PREVIOUS"],
    ],
    run,
  );
}

function withStore<T>(
  environment: Environment,
  run: (store: SigningKeyStore) => Promise<T>,
): Promise<T> {
  return withDatabase(environment, ({ database, audit }) =>
    run(
      new SigningKeyStore(database, clock, audit, {
        secretKey: environment.SECRET_KEY,
        previousSecretKey: environment.SECRET_KEY_PREVIOUS,
      }),
    ),
  );
}
