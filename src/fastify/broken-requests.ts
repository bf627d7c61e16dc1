import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Logger } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { AuthError } from "../common/auth-error";
import type { AuthErrorCode } from "../common/auth-error-codes";
import { problemContentType, problemOf } from "../common/problem.dto";

/** Status and reason phrase for what Node could not read, by its error code. */
const statuses: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout"],
};

/** When those who were refused for the load may try again, in seconds. */
const overloadRetrySeconds = 1;
/** Least time between two log lines about the load, in milliseconds. */
const overloadLogMilliseconds = 10_000;

/** Answers the requests that reach no route, with the headers of any other answer. */
export class BrokenRequests {
  private readonly logger = new Logger(BrokenRequests.name);
  private readonly headerLines: string;
  /** By connection, the request that had its answer before all of it had come. */
  private readonly answeredEarly = new WeakMap<Socket, IncomingMessage>();

  private overloads = 0;
  private overloadLoggedAt = -Infinity;

  constructor(private readonly headers: Readonly<Record<string, string>>) {
    this.headerLines = Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("");
  }

  /** What no router can look up, such as `/%`. */
  readonly frameworkErrors = (
    cause: Error,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void => {
    const error = new AuthError("invalid_request", { cause });
    this.log(request.id, error.status, cause);
    void reply
      .status(error.status)
      .headers(this.headers)
      .header("Content-Type", problemContentType)
      .header("Cache-Control", "no-store")
      .send(problemOf(error, request.id, false));
  };

  /** What is no HTTP, or comes too slowly: answered once, and hung up on. */
  readonly clientErrorHandler = (
    error: NodeJS.ErrnoException,
    socket: Socket,
  ): void => {
    const isGone = error.code === "ECONNRESET" || !socket.writable;
    if (isGone || this.hasAnswer(socket)) {
      socket.destroy();
      return;
    }
    const [status, phrase] = statuses[error.code ?? ""] ?? [400, "Bad Request"];
    const requestId = randomUUID();
    this.log(requestId, status, error);
    const body = JSON.stringify({
      ...problemOf(new AuthError("invalid_request"), requestId, false),
      status,
    });
    socket.end(
      `HTTP/1.1 ${status} ${phrase}\r\n${this.headerLines}` +
        `Content-Type: ${problemContentType}\r\nCache-Control: no-store\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  };

  /** What is more than this process can work on: one short answer, and no log line of its own. */
  readonly overloaded = (
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    this.logOverload();
    const error = new AuthError("service_unavailable");
    const body = JSON.stringify(problemOf(error, randomUUID(), false));
    response.once("finish", () => this.answered(request));
    response
      .writeHead(error.status, {
        ...this.headers,
        "Content-Type": problemContentType,
        "Content-Length": Buffer.byteLength(body),
        "Cache-Control": "no-store",
        "Retry-After": overloadRetrySeconds,
      })
      .end(body);
  };

  /** To be told of every answer that is out. */
  answered(request: IncomingMessage): void {
    if (!request.complete) this.answeredEarly.set(request.socket, request);
  }

  /** By the error's code, such as HPE_INVALID_METHOD: its words repeat what was sent. */
  private log(requestId: string, status: number, cause: Error): void {
    const reason = (cause as NodeJS.ErrnoException).code;
    const code: AuthErrorCode = "invalid_request";
    this.logger.log({ requestId, code, reason, status }, "refused");
  }

  private logOverload(): void {
    this.overloads++;
    const now = performance.now();
    if (now - this.overloadLoggedAt < overloadLogMilliseconds) return;
    this.logger.warn(
      { requests: this.overloads, code: "service_unavailable" },
      "more requests at once than this instance works on; refused",
    );
    this.overloadLoggedAt = now;
    this.overloads = 0;
  }

  /** Whether the request that broke has been answered, or is just being. */
  private hasAnswer(socket: Socket): boolean {
    if (this.answeredEarly.get(socket)?.complete === false) return true;
    // What Node looks at before it answers a broken request by itself.
    const { _httpMessage: answer } = socket as {
      _httpMessage?: { headersSent: boolean };
    };
    return answer?.headersSent ?? false;
  }
}
