import { Command, InvalidArgumentError } from "commander";
import { GoogleEmulator } from "./google-emulator";

interface ServerFlags {
  readonly host: string;
  readonly port: number;
  readonly clientId?: readonly string[];
  readonly maxAge?: number;
  readonly publicUrl?: string;
}

const EXAMPLES = `
Control, as JSON:
  POST   /emulator/id-token      {"account":"workspace"} -> {"idToken":"…"}
  POST   /emulator/faults        {"path":"/oauth2/v1/certs","status":500}
  DELETE /emulator/faults
  POST   /emulator/keys/rotate   {"unannounced":true}, or nothing
  GET    /emulator/accounts
  GET    /emulator/requests      DELETE forgets them

Whoever reaches the port can mint tokens: keep it on this machine.`;

/**
 * The emulator as a program: prints the settings of the service under test, then
 * serves until it is told to stop.
 *
 * @param print is given each line of output
 * @param started is given the running emulator
 */
export function emulatorProgram(
  print: (line: string) => void,
  started: (google: GoogleEmulator) => void,
): Command {
  return new Command("google-emulator")
    .description("A local Google that signs ID tokens with keys of its own.")
    .option("--host <address>", "address to bind", "127.0.0.1")
    .option("--port <number>", "port to bind; 0 takes a free one", toPort, 4000)
    .option(
      "--client-id <ids...>",
      "client ids of the service under test; the first is the tokens' audience",
    )
    .option("--max-age <seconds>", "how long the keys may be cached", toSeconds)
    .option("--public-url <url>", "base URL that clients use, if another")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: ServerFlags) => {
      const google = await GoogleEmulator.start({
        host: flags.host,
        port: flags.port,
        clientIds: flags.clientId,
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
