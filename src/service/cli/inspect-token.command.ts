import { Logger } from "@nestjs/common";
import { Command } from "commander";
import { refuseUsage, withUsageStatus } from "./usage";
import type { Environment } from "../../config/environment";
import { readEnvironment } from "../../config/read-environment";
import { settingsOf } from "../../config/settings";
import { GoogleSigningKeys, inspectIdToken, SystemClock } from "../../index";
import { kindOf, pastedToken } from "./inspect-token.paste";
import { notCheckedHere, policyFindings } from "./inspect-token.policy";
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

/** `inspect-token`: why the service refuses an ID token. */
export function inspectTokenCommand(): Command {
  return withUsageStatus(new Command("inspect-token"))
    .summary("Explain an ID token: what it says, and which checks refuse it")
    .description(
      "Explain an ID token: what it says, which of your apps it is for, and which checks of a sign-in refuse it. No one is signed in; nothing is stored or logged.",
    )
    .argument("[token]", "the token; - or absent: read it from standard input")
    .option("--offline", "do not fetch Google's keys or check the signature")
    .option("--json", "as JSON")
    .addHelpText("after", help)
    .action(inspect);
}

const help = `
A token is a password for an hour. On the command line, the shell keeps it in its
history, and everyone on the machine sees it in the process list. Pipe it in.

Examples:
  pbpaste | node dist/cli.js inspect-token
  node dist/cli.js inspect-token < token.txt
  node dist/cli.js inspect-token --offline --json < token.txt

Exit status: 0 if a sign-in would accept it, 1 if it would not or that is unknown,
2 for invalid usage.`;

/** The variables that the verdict depends on. */
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
      "Warning: the shell keeps this token in its history. Pipe it in instead; see --help.",
    );
  }
  const text = isPiped ? await readStandardInput() : argument;
  if (text.trim() === "") refuseUsage(command, "no token was given");
  const report = await reportOn(text, environment, options.offline ?? false);
  const { clients } = settingsOf(environment).identity;
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
  // The key cache logs to standard output, where the report goes.
  Logger.overrideLogger(false);
  const clock = new SystemClock();
  const { identity: settings, accessTokens } = settingsOf(environment);
  const { token, notes, opaque } = pastedToken(text);
  const inspection = await inspectIdToken(
    token,
    {
      clientIds: new Set(settings.clients.map(({ id }) => id)),
      clockSkewSeconds: settings.clockSkewSeconds,
      nowSeconds: clock.nowSeconds(),
    },
    isOffline ? null : new GoogleSigningKeys(settings, clock),
  );
  const { header, claims, findings } = inspection;
  return {
    kind: opaque ?? kindOf(header, claims, accessTokens.issuer),
    notes,
    header,
    claims,
    findings: [...findings, ...(await policyFindings(inspection, environment))],
    notCheckedHere: notCheckedHere(inspection, environment),
    isOffline,
  };
}

/** The service accepts 8 kB: a token cut off here is too long for it anyway. */
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
