import { createServer, type Server } from "node:http";
import { guard, RequestGate, type RequestGateOptions } from "./request-gate";

/** Largest request head, in bytes. */
const maxHeaderBytes = 16 * 1024;
/** How long a client may take to send its request, in milliseconds. */
const requestTimeoutMilliseconds = 10_000;
/**
 * How long a client may leave its response unread, in milliseconds; up to twice
 * as long, because Node restarts the timer once if a write is pending.
 */
const sendTimeoutMilliseconds = 30_000;
/**
 * How often Node checks for requests that exceed these limits, in milliseconds.
 */
const timeoutCheckMilliseconds = 1000;

export interface HttpServerOptions extends RequestGateOptions {
  /** How long a connection without a request stays open, in seconds. */
  readonly keepAliveSeconds: number;
}

/** A server with limits on what a client may send, and how slowly. */
export function httpServer({
  keepAliveSeconds,
  ...gate
}: HttpServerOptions): Server {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: keepAliveSeconds * 1000,
    requestTimeout: requestTimeoutMilliseconds,
    headersTimeout: requestTimeoutMilliseconds,
    connectionsCheckingInterval: timeoutCheckMilliseconds,
    // Checked in request-head.ts, which answers with problem+json.
    requireHostHeader: false,
  });
  // For a connection without traffic while a request is in flight.
  server.timeout = sendTimeoutMilliseconds;
  guard(server, new RequestGate(gate));
  return server;
}
