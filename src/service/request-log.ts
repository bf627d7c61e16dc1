import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { type DestinationStream, destination, type Logger, pino } from "pino";
import { RepeatTally } from "../common/repeat-tally";
import { readableLog } from "./readable-log";

/** How long a log line may be buffered, in milliseconds. */
const flushMilliseconds = 100;
/** Longest path segment that is logged, in characters. */
const maxPartLength = 64;

/**
 * Log lines per minute about refused requests with the same address and status;
 * the rest is counted.
 */
const linesPerMinute = 300;

/** The loggers of Nest that write a line per module and route at startup. */
const startChatter = new Set([
  ...["NestFactory", "InstanceLoader", "RoutesResolver", "RouterExplorer"],
  "NestApplication",
]);
/** Log level of pino. */
const infoLevel = 30;

/**
 * The service's logger: JSON lines, written in batches so that logging never
 * delays a request; plain text at a terminal.
 *
 * @param level of pino; modules and routes are logged at startup only below
 *   info
 * @param stream standard output by default
 */
export function createLogger(
  level: string,
  stream?: DestinationStream,
): Logger {
  return pino(
    {
      level,
      hooks: {
        logMethod(args, method, levelOfLine) {
          const isQuiet = !this.isLevelEnabled("debug");
          if (isQuiet && levelOfLine === infoLevel && isChatter(args[0])) {
            return;
          }
          method.apply(this, args);
        },
      },
    },
    stream ?? standardOutput(),
  );
}

function isChatter(first: unknown): boolean {
  const { context } = Object(first) as { context?: unknown };
  return typeof context === "string" && startChatter.has(context);
}

function standardOutput(): DestinationStream {
  return process.stdout.isTTY
    ? readableLog((text) => process.stdout.write(text))
    : destination({
        sync: false,
        minLength: 4096,
        periodicFlush: flushMilliseconds,
      });
}

/**
 * Logs one line per request: client, method, path and status. Never a body, a
 * header or a query string, which may contain tokens.
 *
 * This is a Fastify hook and not a middleware with async context tracking,
 * which would double the cost of a guarded call.
 */
export function logRequests(app: NestFastifyApplication, logger: Logger): void {
  if (!logger.isLevelEnabled("info")) return;
  const refusals = new RepeatTally<number>(linesPerMinute, (status, count) =>
    logger.info({ status, count }, "more refused requests"),
  );
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook("onResponse", (request, reply, done) => {
    const line = {
      requestId: request.id,
      method: request.method,
      path: loggedPath(request.url),
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
      ip: request.ip,
    };
    const { status, ip } = line;
    if (status >= 500) logger.error(line, "request failed");
    else if (status < 400 || refusals.admits(`${status} ${ip}`, status)) {
      logger.info(line, "request");
    }
    done();
  });
}

/**
 * The path without segments that are longer than any of ours: a token sent in
 * the path by mistake must not be logged.
 */
function loggedPath(url: string): string {
  const path = url.split("?", 1)[0] ?? "";
  return path.length > maxPartLength
    ? path.replace(/[^/]+/g, (part) =>
        part.length > maxPartLength ? "(too long)" : part,
      )
    : path;
}
