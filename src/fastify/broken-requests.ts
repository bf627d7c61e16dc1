import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Logger } from "@nestjs/common";
import type { FastifyReply, FastifyRequest } from "fastify";
import { AuthError } from "../common/auth-error";
import type { AuthErrorCode } from "../common/auth-error-codes";
import { problemContentType, problemOf } from "../common/problem.dto";
import { corsHeaders } from "./cors";

/**
 * Status and reason phrase for requests that Node could not parse, by error
 * code.
 */
const statuses: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout"],
};

/** `Retry-After` of a refusal due to load, in seconds. */
const overloadRetrySeconds = 1;
/** Minimum time between two log lines about the load, in milliseconds. */
const overloadLogMilliseconds = 10_000;

/** Answers requests that do not reach a route, with the usual headers. */
export class BrokenRequests {
  private readonly logger = new Logger(BrokenRequests.name);
  private readonly headerLines: string;
  /**
   * By connection, the request that was answered before it was received
   * completely.
   */
  private readonly answeredEarly = new WeakMap<Socket, IncomingMessage>();

  private overloads = 0;
  private overloadLoggedAt = -Infinity;

  /**
   * @param headers of every response
   * @param corsOrigins whose pages may read the responses
   */
  constructor(
    private readonly headers: Readonly<Record<string, string>>,
    private readonly corsOrigins: readonly string[],
  ) {
    this.headerLines = Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("");
  }

  /** A path that the router cannot decode, such as `/%`. */
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

  /**
   * Invalid HTTP, or a request that takes too long: responds once, then closes
   * the connection.
   */
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

  /**
   * A request over the limit: a short response, without a log line of its own.
   */
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
        ...corsHeaders(this.corsOrigins, request.headers.origin),
        "Content-Type": problemContentType,
        "Content-Length": Buffer.byteLength(body),
        "Cache-Control": "no-store",
        "Retry-After": overloadRetrySeconds,
      })
      .end(body);
  };

  /** Must be called for every response that was sent. */
  answered(request: IncomingMessage): void {
    if (!request.complete) this.answeredEarly.set(request.socket, request);
  }

  /**
   * Logs the error's code, such as HPE_INVALID_METHOD, because its message
   * repeats what was sent.
   */
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
      "more requests at once than this instance can process; refused",
    );
    this.overloadLoggedAt = now;
    this.overloads = 0;
  }

  /** Whether the broken request has been answered or is being answered. */
  private hasAnswer(socket: Socket): boolean {
    if (this.answeredEarly.get(socket)?.complete === false) return true;
    // What Node checks before it responds to a broken request itself.
    const { _httpMessage: answer } = socket as {
      _httpMessage?: { headersSent: boolean };
    };
    return answer?.headersSent ?? false;
  }
}
