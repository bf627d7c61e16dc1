import { Logger } from "@nestjs/common";
import { Command } from "commander";
import { refuseUsage, withUsageStatus } from "./usage";
import type { Environment } from "../config/environment";
import { readEnvironment } from "../config/read-environment";
import { settingsOf } from "../config/settings";
import {
  GoogleIdTokenVerifier,
  GoogleSigningKeys,
  inspectIdToken,
  SystemClock,
} from "../index";
import { kindOf, pastedToken } from "./inspect-token.paste";
import { policyFindings, untold } from "./inspect-token.policy";
import {
  reportJson,
  reportText,
  type TokenReport,
  verdictOf,
} from "./inspect-token.report";

interface InspectOptions {
  readonly offline?: true;
  readonly json?: true;
}

/** `inspect-token`: why an ID token is refused, before anybody has to guess. */
export function inspectTokenCommand(): Command {
  return withUsageStatus(new Command("inspect-token"))
    .summary("explain an ID token: what it says, and which check refuses it")
    .description(
      "Explain an ID token: what it says, for which of your apps it is, and which check of this service refuses it, by the checks of a sign-in themselves. Nobody is signed in, nothing is stored, and no log sees it.",
    )
    .argument("[token]", "- or nothing: read it from standard input")
    .option("--offline", "do not fetch Google's keys, nor check the signature")
    .option("--json", "as JSON")
    .addHelpText("after", help)
    .action(inspect);
}

const help = `
A token is a password for an hour: on the command line, the shell keeps it in its
history, and everybody on the machine sees it in the list of processes. Pipe it in.

Examples:
  pbpaste | node dist/cli.js inspect-token
  node dist/cli.js inspect-token < token.txt
  node dist/cli.js inspect-token --offline --json < token.txt

Exit status: 0 when a sign-in would accept it, 1 when it would not or that cannot
be told, 2 for bad usage.`;

/** What the verdict depends on. */
const names = [
  ...["NODE_ENV", "PORT", "PUBLIC_URL", "GOOGLE_CLIENT_IDS"],
  ...["GOOGLE_CERTS_URL", "CLOCK_SKEW_SECONDS", "GOOGLE_HOSTED_DOMAINS"],
  ...["REQUIRE_VERIFIED_EMAIL", "GOOGLE_NONCE", "GOOGLE_ID_TOKEN_USE"],
  "SIGN_UP",
];

async function inspect(
  argument: string | undefined,
  options: InspectOptions,
  command: Command,
): Promise<void> {
  const environment = readEnvironment(process.env, names);
  const isPiped = argument === undefined || argument === "-";
  if (!isPiped) {
    console.error(
      "Warning: the shell keeps this token in its history. Pipe it in, see --help.",
    );
  }
  const text = isPiped ? await readStandardInput() : argument;
  if (text.trim() === "") refuseUsage(command, "there is no token");
  const report = await reportOn(text, environment, options.offline ?? false);
  const { clients } = settingsOf(environment).identity();
  const nowSeconds = new SystemClock().nowSeconds();
  console.log(
    options.json
      ? JSON.stringify(reportJson(report, clients, nowSeconds), null, 2)
      : reportText(report, clients, nowSeconds),
  );
  const verdict = verdictOf(report);
  const isGood = verdict === "accepted" || verdict === "unproved";
  process.exitCode = isGood ? 0 : 1;
}

async function reportOn(
  text: string,
  environment: Environment,
  isOffline: boolean,
): Promise<TokenReport> {
  // The key cache logs what goes wrong, to where the report goes.
  Logger.overrideLogger(false);
  const clock = new SystemClock();
  const { identity, tokens } = settingsOf(environment);
  const settings = identity();
  const { token, notes, opaque } = pastedToken(text);
  const inspection = await inspectIdToken(
    token,
    {
      clientIds: new Set(settings.clients.map(({ id }) => id)),
      clockSkewSeconds: settings.clockSkewSeconds,
      nowSeconds: clock.nowSeconds(),
    },
    isOffline
      ? null
      : new GoogleIdTokenVerifier(
          settings,
          new GoogleSigningKeys(settings, clock),
          clock,
        ),
  );
  const { header, claims, findings } = inspection;
  return {
    kind: opaque ?? kindOf(header, claims, tokens().issuer),
    notes,
    header,
    claims,
    findings: [...findings, ...policyFindings(inspection, environment)],
    untold: untold(inspection, environment),
    isOffline,
  };
}

/** The service looks at 8 kB; a token that is cut here is too long for it. */
const maxInputBytes = 64 * 1024;

async function readStandardInput(): Promise<string> {
  if (process.stdin.isTTY) {
    console.error("Paste the token, then press Enter and Ctrl-D.");
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).byteLength;
    if (size > maxInputBytes) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}
