import { createServer, type Server } from "node:http";
import { guard, RequestGate, type RequestHandler } from "./request-gate";

/** Largest request head, in bytes. */
const maxHeaderBytes = 16 * 1024;
/** How long a client may take to send its request, in milliseconds. */
const requestTimeoutMilliseconds = 10_000;
/** How often Node looks for requests that have taken longer, in milliseconds. */
const timeoutCheckMilliseconds = 1000;

export interface HttpServerOptions {
  /** How long a connection without a request stays open, in seconds. */
  readonly keepAliveSeconds: number;
  /** Answers what is more than this process can work on. */
  readonly refuse: RequestHandler;
}

/**
 * A server with the limits of one that strangers talk to.
 *
 * @param handle gets the requests that are let through
 */
export function httpServer(
  handle: RequestHandler,
  { keepAliveSeconds, refuse }: HttpServerOptions,
): Server {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: keepAliveSeconds * 1000,
    requestTimeout: requestTimeoutMilliseconds,
    headersTimeout: requestTimeoutMilliseconds,
    connectionsCheckingInterval: timeoutCheckMilliseconds,
    // Refused by ourselves, as a problem like any other.
    requireHostHeader: false,
  });
  guard(server, new RequestGate(handle, refuse));
  return server;
}
