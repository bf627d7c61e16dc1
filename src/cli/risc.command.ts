import { Command } from "commander";
import { refuseUsage, seconds, withUsageStatus } from "./usage";
import {
  requestableEvents,
  SecurityEventStream,
  type SecurityEventStreamOptions,
} from "../index";
import {
  registration,
  statusChange,
  statusQuestion,
  type StreamAction,
  verification,
} from "./risc.actions";
import { requestedEvent } from "./risc.events";
import { dryRunReport, effectsReport, type RiscReport } from "./risc.report";
import { receiverFrom, type RiscOptions, streamOptionsOf } from "./risc.setup";

/** `risc`: what those who run the service do to get Google's security events. */
export function riscCommand(): Command {
  const risc = withUsageStatus(new Command("risc"))
    .summary("Google's Cross-Account Protection: who gets the security events")
    .description(
      "Cross-Account Protection (RISC): Google tells this service when an account of its users was hijacked, disabled or signed out everywhere. These commands set up who is told.",
    )
    .addHelpText("after", examples);
  asking(
    risc
      .command("register")
      .summary("have Google send the events here")
      .description(
        "Have Google send security events here. One project has one receiver.",
      )
      .option(
        "--endpoint <url>",
        "where they are sent, https (default: PUBLIC_URL and /security-events)",
      )
      .option(
        "--event <name...>",
        "only these, by name or URI, see: risc events (default: all of them)",
      )
      .option("--force", "in the place of another receiver"),
  ).action(register);
  asking(
    risc
      .command("status")
      .summary("show the receiver and its events")
      .description(
        "Show who receives the events, which, and whether they come.",
      ),
  ).action((options: RiscOptions) => ask(statusQuestion, options));
  asking(
    risc
      .command("enable")
      .summary("let the events come")
      .description("Let the events come, of a stream that was disabled."),
  ).action((options: RiscOptions) => ask(statusChange("enabled"), options));
  asking(
    risc
      .command("disable")
      .summary("stop the events")
      .description(
        "Stop the events. Those that happen meanwhile are lost: Google keeps none.",
      ),
  ).action((options: RiscOptions) => ask(statusChange("disabled"), options));
  asking(
    risc
      .command("verify")
      .summary("have Google send a test event")
      .description("Have Google send a test event to the receiver.")
      .option(
        "--state <text>",
        "comes back in the event, at most 200 characters (default: the time)",
      ),
  ).action(verify);
  risc
    .command("events")
    .summary("list the events, and what this service does about each")
    .description(
      "List the events that there are, and what this service does about each. Asks nobody.",
    )
    .option("--json", "as JSON")
    .action(({ json }: { readonly json?: true }) =>
      print(effectsReport(), json),
    );
  return risc;
}

const examples = `
Examples:
  node dist/cli.js risc register --key-file risc-admin.json
  node dist/cli.js risc register --endpoint https://auth.example.com/security-events --dry-run
  node dist/cli.js risc verify
  node dist/cli.js risc status --json

Set-up, step by step: docs/cross-account-protection.md`;

const exitStatus =
  "\nExit status: 0 when it is so now, 1 when it is refused or fails, 2 for bad usage.";

/** The options of a command that asks Google. */
function asking(command: Command): Command {
  return command
    .option(
      "--key-file <path>",
      "the key of a service account with the role RISC Configuration Admin (env: GOOGLE_APPLICATION_CREDENTIALS)",
    )
    .option(
      "--timeout <seconds>",
      "how long to wait for an answer",
      seconds,
      10,
    )
    .option("--dry-run", "show the requests, without the token, and send none")
    .option("--json", "as JSON")
    .addHelpText("after", exitStatus);
}

interface RegisterOptions extends RiscOptions {
  readonly endpoint?: string;
  readonly event?: readonly string[];
  readonly force?: true;
}

async function register(
  options: RegisterOptions,
  command: Command,
): Promise<void> {
  const { event = [...requestableEvents.keys()], force = false } = options;
  const events = new Set<string>();
  for (const word of event) {
    const uri = requestedEvent(word);
    if (uri === undefined) {
      const names = [...requestableEvents.keys()].join(", ");
      refuseUsage(
        command,
        `there is no event ${JSON.stringify(word.slice(0, 200))}; there are ${names}`,
      );
    }
    events.add(uri);
  }
  const streamOptions = await streamOptionsOf(options);
  const receiver = receiverFrom(options.endpoint, streamOptions.apiUrl);
  if ("fault" in receiver) refuseUsage(command, receiver.fault);
  const action = registration(receiver.url, [...events], force);
  await ask(action, options, streamOptions);
}

async function verify(
  options: RiscOptions & { readonly state?: string },
  command: Command,
): Promise<void> {
  const state = options.state ?? `risc verify of ${new Date().toISOString()}`;
  if (!/^[^\p{Cc}]{1,200}$/u.test(state)) {
    refuseUsage(command, "the state has 1 to 200 characters, in one line");
  }
  await ask(verification(state), options);
}

/** After this, somebody who waits is told what for, in milliseconds. */
const patience = 2000;

async function ask(
  action: StreamAction,
  { dryRun, json, ...options }: RiscOptions,
  known?: SecurityEventStreamOptions,
): Promise<void> {
  const streamOptions = known ?? (await streamOptionsOf(options));
  if (dryRun) {
    print(dryRunReport(action.requests, streamOptions), json);
    return;
  }
  const notice = setInterval(() => {
    console.error(`Waiting for ${new URL(streamOptions.apiUrl).host} …`);
  }, patience);
  try {
    print(await action.run(new SecurityEventStream(streamOptions)), json);
  } finally {
    clearInterval(notice);
  }
}

function print({ text, json }: RiscReport, asJson?: true): void {
  console.log(asJson ? JSON.stringify(json, null, 2) : text);
}
