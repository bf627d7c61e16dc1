import { Command } from "commander";
import { refuseUsage, seconds, withUsageStatus } from "./usage";
import {
  requestableEvents,
  SecurityEventStream,
  type SecurityEventStreamOptions,
} from "../../index";
import {
  registration,
  statusChange,
  statusQuery,
  type StreamAction,
  verification,
} from "./risc.actions";
import { requestedEvent } from "./risc.events";
import { dryRunReport, effectsReport, type RiscReport } from "./risc.report";
import { receiverFrom, type RiscOptions, streamOptionsOf } from "./risc.setup";

/** `risc`: setting up the delivery of Google's security events. */
export function riscCommand(): Command {
  const risc = withUsageStatus(new Command("risc"))
    .summary(
      "Google's Cross-Account Protection: who receives the security events",
    )
    .description(
      "Cross-Account Protection (RISC): Google notifies this service when the account of one of its users is hijacked, disabled or signed out everywhere. These commands set up the delivery.",
    )
    .addHelpText("after", examples);
  asking(
    risc
      .command("register")
      .summary("have Google send the events to this service")
      .description(
        "Have Google send security events to this service. A project has one receiver.",
      )
      .option(
        "--endpoint <url>",
        "where to send them, https (default: PUBLIC_URL and /security-events)",
      )
      .option(
        "--event <name...>",
        "only these events, by name or URI; see: risc events (default: all)",
      )
      .option("--force", "replace another receiver"),
  ).action(register);
  asking(
    risc
      .command("status")
      .summary("show the receiver and its events")
      .description(
        "Show who receives which events, and whether the stream is enabled.",
      ),
  ).action((options: RiscOptions) => ask(statusQuery, options));
  asking(
    risc
      .command("enable")
      .summary("enable the stream")
      .description("Enable a stream that was disabled."),
  ).action((options: RiscOptions) => ask(statusChange("enabled"), options));
  asking(
    risc
      .command("disable")
      .summary("disable the stream")
      .description(
        "Disable the stream. Events in the meantime are lost: Google stores none.",
      ),
  ).action((options: RiscOptions) => ask(statusChange("disabled"), options));
  asking(
    risc
      .command("verify")
      .summary("have Google send a test event")
      .description("Have Google send a test event to the receiver.")
      .option(
        "--state <text>",
        "echoed in the event, at most 200 characters (default: the time)",
      ),
  ).action(verify);
  risc
    .command("events")
    .summary("list the events, and what this service does about each")
    .description(
      "List the events, and what this service does about each. Sends no request.",
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
  "\nExit status: 0 on success or if nothing was left to do, 1 on refusal or failure,\n2 for invalid usage.";

/** Adds the options of a command that calls Google. */
function asking(command: Command): Command {
  return command
    .option(
      "--key-file <path>",
      "the key of a service account with the role RISC Configuration Admin (env: GOOGLE_APPLICATION_CREDENTIALS)",
    )
    .option(
      "--timeout <seconds>",
      "how long to wait for a response",
      seconds,
      10,
    )
    .option(
      "--dry-run",
      "show the requests, without the token, instead of sending them",
    )
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
        `there is no event ${JSON.stringify(word.slice(0, 200))}; the events are ${names}`,
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
    refuseUsage(command, "the state must have 1 to 200 characters on one line");
  }
  await ask(verification(state), options);
}

/** After how long the command says what it is waiting for, in milliseconds. */
const noticeMilliseconds = 2000;

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
  }, noticeMilliseconds);
  try {
    print(await action.run(new SecurityEventStream(streamOptions)), json);
  } finally {
    clearInterval(notice);
  }
}

function print({ text, json }: RiscReport, asJson?: true): void {
  console.log(asJson ? JSON.stringify(json, null, 2) : text);
}
