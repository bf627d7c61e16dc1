import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from "@nestjs/platform-fastify";
import type { FastifyReply, FastifyRequest } from "fastify";
import findMyWay from "find-my-way";
import { AllowedMethods } from "../common/allowed-methods";
import { AuthError } from "../common/auth-error";
import type { AuthErrorCode } from "../common/auth-error-codes";
import { problemContentType, problemOf } from "../common/problem";

/** Largest request body, in bytes. */
const maxBodyBytes = 16 * 1024;
/** Largest request head, in bytes. */
const maxHeaderBytes = 16 * 1024;
/** How long a client may take to send its request, in milliseconds. */
const requestTimeoutMilliseconds = 10_000;

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Fastify with the limits of a service that strangers talk to. */
export function fastifyAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMilliseconds,
    keepAliveTimeout: 65_000,
    forceCloseConnections: "idle",
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: requestTimeoutMilliseconds,
    },
    genReqId: () => randomUUID(),
    // Requests that no router has seen, such as `/%`.
    frameworkErrors: (
      error: Error,
      request: FastifyRequest,
      reply: FastifyReply,
    ) => {
      const refused = new AuthError("invalid_request", { cause: error });
      void reply
        .status(refused.status)
        .header("Content-Type", problemContentType)
        .header("Cache-Control", "no-store")
        .send(problemOf(refused, request.id, false));
    },
    clientErrorHandler: answerBrokenRequest,
  });
}

/**
 * What the service wants of Fastify and Nest's adapter does not do: only the
 * two documented kinds of body, in UTF-8, and 405 for a wrong method. Call it
 * before the application is initialized.
 */
export function setUpFastify(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  // A form of another site can send text/plain without asking.
  fastify.removeContentTypeParser("text/plain");
  fastify.addHook("onRequest", (request, _reply, done) => {
    done(
      isReadable(request.headers["content-type"]) ? undefined : unreadable(),
    );
  });
  const router = findMyWay();
  fastify.addHook("onRoute", ({ method, url }) => {
    for (const name of [method].flat()) {
      const verb = methods.find((known) => known === name);
      if (verb && !url.includes("*") && !router.findRoute(verb, url)) {
        router.on(verb, url, () => undefined);
      }
    }
  });
  app
    .get(AllowedMethods)
    .use((path) => methods.filter((verb) => router.find(verb, path)));
}

function isReadable(contentType: string | undefined): boolean {
  const charset = /charset *= *"?([^\s";]*)/i.exec(contentType ?? "")?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

function unreadable(): AuthError {
  return new AuthError("unsupported_media_type", { reason: "charset" });
}

/** Answers what Node could not even parse, and closes. */
function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code: AuthErrorCode = "invalid_request";
  const [status, title] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? [431, "Request Header Fields Too Large"]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? [408, "Request Timeout"]
        : [400, "Bad Request"];
  const body = JSON.stringify({
    ...problemOf(new AuthError(code), randomUUID(), false),
    status,
  });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${problemContentType}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
