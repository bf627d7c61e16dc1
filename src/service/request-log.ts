import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { type DestinationStream, destination, type Logger, pino } from "pino";
import { RepeatTally } from "../common/repeat-tally";
import { readableLog } from "./readable-log";

/** How long a log line may wait to be written with others, in milliseconds. */
const flushMilliseconds = 100;
/** Longest path segment that is logged, in characters. */
const maxPartLength = 64;

/** Lines a minute about refused requests of one address and status; the rest is counted. */
const linesPerMinute = 300;

/** Nest's loggers that write a line per module and route at every start. */
const startChatter = new Set([
  ...["NestFactory", "InstanceLoader", "RoutesResolver", "RouterExplorer"],
  "NestApplication",
]);
/** Of pino. */
const infoLevel = 30;

/**
 * The service's logger: JSON lines, written in batches so that logging never
 * holds up a request; at a terminal, lines for people.
 *
 * @param level of pino; the modules and routes at a start are logged below info only
 * @param stream standard output unless given
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
 * header or a query string, which may have tokens.
 *
 * A hook of Fastify's and not a middleware that follows the request through
 * every promise: on a guarded call that alone would cost as much as the call.
 */
export function logRequests(app: NestFastifyApplication, logger: Logger): void {
  if (!logger.isLevelEnabled("info")) return;
  const refusals = new RepeatTally<number>(linesPerMinute, (status, count) =>
    logger.info({ status, count }, "more requests that were refused"),
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
 * The path without segments that are longer than any of ours: a token that was
 * put there by mistake must not reach the log.
 */
function loggedPath(url: string): string {
  const path = url.split("?", 1)[0] ?? "";
  return path.length > maxPartLength
    ? path.replace(/[^/]+/g, (part) =>
        part.length > maxPartLength ? "(too long)" : part,
      )
    : path;
}
