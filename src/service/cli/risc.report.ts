import {
  type SecurityEventStreamOptions,
  type StreamConfiguration,
  type StreamRequest,
  streamRequestUrl,
  type StreamStatus,
} from "../../index";
import { type EventEffect, eventEffects, eventName } from "./risc.events";

/** The output of a command, for people and for programs. */
export interface RiscReport {
  readonly text: string;
  readonly json: object;
}

/** Google's state of the stream; `null` when nothing is registered. */
export interface StreamState {
  readonly configuration: StreamConfiguration | null;
  readonly status: StreamStatus | null;
}

export function stateReport({
  configuration,
  status,
}: StreamState): RiscReport {
  if (!configuration) {
    return {
      text: "Nothing is registered: Google sends no security events for this project.\nRegister: node dist/cli.js risc register",
      json: { registered: false },
    };
  }
  return {
    text: stateLines(configuration, status).join("\n"),
    json: { registered: true, status, ...configuration },
  };
}

/** @param before the configuration before the command */
export function registrationReport(
  before: StreamConfiguration | null,
  changed: boolean,
  after: StreamConfiguration,
  status: StreamStatus | null,
): RiscReport {
  const lines = [
    changed
      ? `Registered. ${before ? `Before: ${describe(before)}` : "Nothing was registered before."}`
      : "Nothing to do: this is registered already.",
    ...stateLines(after, status),
    ...nextLines(after, status),
  ];
  return {
    text: lines.join("\n"),
    json: { changed, before, status, ...after },
  };
}

function nextLines(
  { eventsRequested }: StreamConfiguration,
  status: StreamStatus | null,
): string[] {
  if (status === "disabled") return ["Next: node dist/cli.js risc enable"];
  return eventsRequested.some((uri) => eventName(uri) === "verification")
    ? ["Next: node dist/cli.js risc verify"]
    : [
        "Without the event `verification`, risc verify cannot test the delivery.",
      ];
}

/** @param receiver null if it has been removed in the meantime */
export function verificationReport(
  state: string,
  receiver: string | null,
): RiscReport {
  const text = [
    `Google will send a verification event to ${receiver ?? "the receiver"}.`,
    `Its state is: ${state}`,
    "It should arrive within about a minute: look for `security_event` in the audit log.",
    "If nothing arrives: the service must be reachable at that address from the internet.",
  ].join("\n");
  return { text, json: { requested: true, state, receiver } };
}

/** @param changed whether the status was another one before */
export function statusReport(
  status: StreamStatus,
  changed: boolean,
): RiscReport {
  const what =
    status === "enabled"
      ? "Google sends the events."
      : "Google sends no events and stores none: what happens in the meantime is lost.";
  return {
    text: `${changed ? "Done" : "Nothing to do"}: the stream is ${status}. ${what}`,
    json: { changed, status },
  };
}

export function effectsReport(): RiscReport {
  const effects = eventEffects();
  return {
    text: effects.map(effectLines).join("\n\n"),
    json: effects,
  };
}

/** The requests as they would be sent, without the token. */
export function dryRunReport(
  requests: readonly StreamRequest[],
  { apiUrl, key }: Pick<SecurityEventStreamOptions, "apiUrl" | "key">,
): RiscReport {
  const written = requests.map(({ method, path, body }) => ({
    method,
    url: streamRequestUrl(apiUrl, path),
    headers: {
      accept: "application/json",
      ...(body && { "content-type": "application/json" }),
      authorization: `Bearer <a token that ${key.clientEmail} signs with key ${key.privateKeyId}>`,
    },
    ...(body && { body }),
  }));
  const texts = written.map(({ method, url, headers, body }) =>
    [
      `${method} ${url}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ...(body ? ["", JSON.stringify(body, null, 2)] : []),
    ].join("\n"),
  );
  return {
    text: [
      "Nothing was sent. These requests would be, in this order:",
      ...texts,
    ].join("\n\n"),
    json: { dryRun: true, requests: written },
  };
}

/** The receiver and its events on one line. */
export function describe({
  receiver,
  eventsRequested,
}: StreamConfiguration): string {
  return `${receiver} (${names(eventsRequested) || "no events"})`;
}

function stateLines(
  configuration: StreamConfiguration,
  status: StreamStatus | null,
): string[] {
  const { receiver, eventsRequested, eventsDelivered } = configuration;
  const omitted = eventsRequested.filter(
    (uri) => eventsDelivered && !eventsDelivered.includes(uri),
  );
  return [
    `Receiver   ${receiver}`,
    `Status     ${status ?? "unknown"}${status === "disabled" ? ": events are lost, not stored" : ""}`,
    `Requested  ${names(eventsRequested) || "nothing"}`,
    ...(omitted.length > 0
      ? [`Left out   ${names(omitted)}: Google does not offer these`]
      : []),
  ];
}

function names(uris: readonly string[]): string {
  return uris.map(eventName).join(", ");
}

function effectLines({ name, uri, happened, effect }: EventEffect): string {
  return `${name}\n  ${uri}\n  when  ${happened}\n  then  ${effect}`;
}
