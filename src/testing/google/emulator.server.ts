import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { Command, InvalidArgumentError } from "commander";
import { GoogleEmulator } from "./emulator";

interface ServerFlags {
  readonly host: string;
  readonly port: number;
  readonly clientId?: readonly string[];
  readonly clientSecret?: string;
  readonly redirectUri?: readonly string[];
  readonly authorizedDomain?: readonly string[];
  readonly maxAge?: number;
  readonly publicUrl?: string;
  readonly envFile?: string;
}

const EXAMPLES = `
Control, as JSON:
  POST   /emulator/id-token            {"account":"workspace"} -> {"idToken":"…"}
  POST   /emulator/authorization-code  {"account":"workspace"} -> {"code":"…"}
  POST   /emulator/service-account     no body -> a key file
  POST   /emulator/security-events     {"type":"sessions-revoked","to":"http://…"}
  GET    /emulator/security-events     the deliveries
  POST   /emulator/faults              {"path":"/oauth2/v1/certs","status":500}
  DELETE /emulator/faults
  POST   /emulator/keys/rotate         {"unannounced":true}, or no body
  GET    /emulator/accounts
  GET    /emulator/requests            DELETE clears them

In a browser: /o/oauth2/v2/auth?client_id=…&redirect_uri=… and
/gsi/select?client_id=…&login_uri=… show the accounts. See docs/emulator.md.

Anyone who can reach the port can mint tokens: do not expose it.`;

/**
 * The emulator's command: prints the settings for the service under test, then
 * serves until it is stopped.
 *
 * @param print called with each line of output
 * @param started called with the running emulator
 */
export function emulatorProgram(
  print: (line: string) => void,
  started: (google: GoogleEmulator) => void,
): Command {
  return new Command("google-emulator")
    .description(
      "A local emulator of Google sign-in, with its own signing keys.",
    )
    .option("--host <address>", "address to bind", "127.0.0.1")
    .option(
      "--port <number>",
      "port to bind; 0 for any free port",
      toPort,
      4000,
    )
    .option(
      "--client-id <ids...>",
      "client ids of the service under test; the first one is the tokens' audience",
    )
    .option(
      "--client-secret <secret>",
      "their client secret; random by default",
    )
    .option(
      "--redirect-uri <uris...>",
      "exact redirect and login URIs; by default, any local ones",
    )
    .option(
      "--authorized-domain <hosts...>",
      "hosts that may receive security events, in addition to local ones",
    )
    .option(
      "--max-age <seconds>",
      "how many seconds the keys may be cached",
      toSeconds,
    )
    .option("--public-url <url>", "base URL for clients, if different")
    .option(
      "--env-file <path>",
      "the service's .env, for GOOGLE_CLIENT_IDS and GOOGLE_CLIENT_SECRET",
    )
    .addHelpText("after", EXAMPLES)
    .action(async (given: ServerFlags) => {
      const flags = { ...clientOf(given.envFile), ...given };
      const google = await GoogleEmulator.start({
        host: flags.host,
        port: flags.port,
        clientIds: flags.clientId,
        clientSecret: flags.clientSecret,
        redirectUris: flags.redirectUri,
        authorizedDomains: flags.authorizedDomain,
        maxAgeSeconds: flags.maxAge,
        publicUrl: flags.publicUrl,
      });
      print(`# The Google emulator listens on ${google.url}`);
      for (const [name, value] of Object.entries(google.environment())) {
        print(`${name}=${value}`);
      }
      started(google);
    });
}

/** The OAuth client of a service's .env. */
function clientOf(
  envFile: string | undefined,
): Pick<ServerFlags, "clientId" | "clientSecret"> {
  if (envFile === undefined) return {};
  const text = readFileSync(envFile, "utf8");
  const { GOOGLE_CLIENT_IDS: ids, GOOGLE_CLIENT_SECRET: clientSecret } =
    parseEnv(text) as Record<string, string | undefined>;
  // Labels, as in ios=…, are only used by the service.
  const clientId = ids
    ?.split(",")
    .map((entry) => entry.trim().replace(/^\w+=/, ""))
    .filter((id) => id !== "");
  return {
    ...(clientId?.length && { clientId }),
    ...(clientSecret && { clientSecret }),
  };
}

function toPort(value: string): number {
  return toInteger(value, 65_535);
}

function toSeconds(value: string): number {
  return toInteger(value, Number.MAX_SAFE_INTEGER);
}

function toInteger(value: string, most: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > most) {
    throw new InvalidArgumentError(`It must be an integer from 0 to ${most}.`);
  }
  return number;
}

async function main(): Promise<void> {
  const program = emulatorProgram(
    (line) => process.stdout.write(`${line}\n`),
    (google) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.once(signal, () => void google.stop());
      }
    },
  );
  try {
    await program.parseAsync();
  } catch (error) {
    program.error(error instanceof Error ? error.message : String(error));
  }
}

if (require.main === module) {
  void main();
}
