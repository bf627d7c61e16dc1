import type { DestinationStream } from "pino";

/** Names of pino's levels; other levels are not labelled. */
const levels: Readonly<Record<number, string>> = {
  10: "trace ",
  20: "debug ",
  40: "WARN ",
  50: "ERROR ",
  60: "FATAL ",
};

/** A log for people at a terminal: plain text instead of JSON. */
export function readableLog(write: (text: string) => void): DestinationStream {
  return { write: (line) => write(`${readable(line)}\n`) };
}

function readable(line: string): string {
  const { time, level, msg, err, context, ...rest } = JSON.parse(line) as {
    time: number;
    level: number;
    msg?: string;
    err?: { stack?: string; message?: string };
  } & Record<string, unknown>;
  delete rest.pid;
  delete rest.hostname;
  const fields = Object.entries(rest).map(([name, value]) =>
    name === "requestId" ? "" : ` ${name}=${text(value)}`,
  );
  const clock = new Date(time).toTimeString().slice(0, 8);
  const from = context === undefined ? "" : `${text(context)}: `;
  const trace = err ? `\n${err.stack ?? text(err.message)}` : "";
  return `${clock} ${levels[level] ?? ""}${from}${printable(msg ?? "")}${fields.join("")}${trace}`;
}

function text(value: unknown): string {
  return printable(typeof value === "string" ? value : JSON.stringify(value));
}

/** A path or a header of a request must not move the cursor or colour the screen. */
function printable(value: string): string {
  // eslint-disable-next-line no-control-regex -- these are to be removed
  return value.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
}
