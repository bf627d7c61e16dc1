import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import {
  googleErrorAnswer,
  type EmulatorAnswer,
  type EmulatorRequest,
  type EmulatorRoute,
} from "./emulator-answer";
import { EmulatorInputError } from "./emulator-input";
import { corsHeaders } from "./cors";
import { send, sendSpoiled } from "./fault-answers";
import type { FaultBoard } from "./faults";

/** The routes, faults and log of a server. */
export interface EmulatorService {
  readonly routes: readonly EmulatorRoute[];
  readonly faults: FaultBoard;
  readonly now: () => Date;
  /** Called with each request before the response. */
  readonly seen: (request: EmulatorRequest) => void;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** Creates an HTTP server with routes and faults. */
export function createEmulatorServer(service: EmulatorService): Server {
  return createServer((incoming, response) => {
    // Clients may disconnect at any time.
    response.on("error", () => {});
    handle(service, incoming, response).catch(() => response.destroy());
  });
}

/**
 * Starts listening.
 *
 * @param port 0 for any free port
 * @returns the bound address
 * @throws Error if it cannot listen, for example because the port is in use
 */
export function listen(
  server: Server,
  host: string,
  port: number,
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === "EADDRINUSE" ? "the port is in use" : cause.message;
      const text = `The Google emulator cannot listen on ${host}:${port}: ${why}.`;
      reject(new Error(text, { cause }));
    };
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      // A TCP server's address is an object; only a pipe's is a string.
      resolve(server.address() as AddressInfo);
    });
  });
}

/** The URL of a bound address; for a wildcard address, the loopback URL. */
export function urlOf(host: string, port: number): string {
  const reached = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ?? host;
  const bracketed =
    reached.includes(":") && !reached.startsWith("[")
      ? `[${reached}]`
      : reached;
  return `http://${bracketed}:${port}`;
}

/** Stops immediately: pending requests are aborted. */
export async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function handle(
  service: EmulatorService,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming);
  const cors = Object.entries(corsHeaders(request));
  for (const [name, value] of cors) response.setHeader(name, value);
  if (request.method === "OPTIONS" && cors.length > 0) {
    response.writeHead(204).end();
    return;
  }
  service.seen(request);
  response.setHeader("Date", service.now().toUTCString());
  const fault = service.faults.strike(request.path);
  // An error response must have no effect: a code remains unused.
  const undone = request.method === "POST" && (fault?.status ?? 0) >= 400;
  const answer = undone
    ? googleErrorAnswer(fault?.status ?? 500)
    : await answerOf(service.routes, request);
  if (fault === undefined) {
    send(response, answer);
  } else {
    await sendSpoiled(response, answer, fault);
  }
}

async function answerOf(
  routes: readonly EmulatorRoute[],
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  if (Buffer.byteLength(request.body) > MAX_BODY_BYTES) {
    return googleErrorAnswer(413, "The request body is too large.");
  }
  const here = routes.filter((route) => route.path === request.path);
  if (here.length === 0) {
    return googleErrorAnswer(404, "Nothing is served at this path.");
  }
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = here.find((candidate) => candidate.method === method);
  if (route === undefined) {
    const { headers, ...rest } = googleErrorAnswer(405, "Method not allowed.");
    const Allow = here.map((candidate) => candidate.method).join(", ");
    return { ...rest, headers: { ...headers, Allow } };
  }
  try {
    return await route.answer(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return googleErrorAnswer(
      error instanceof EmulatorInputError ? 400 : 500,
      message,
    );
  }
}

async function readRequest(
  incoming: IncomingMessage,
): Promise<EmulatorRequest> {
  const { method = "GET", url = "/", headers } = incoming;
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark));
  return { method, path, query, headers, body: await readBody(incoming) };
}

/**
 * Reads the whole body, but stores no more than needed to detect that it is too
 * large.
 */
async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let kept = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (kept <= MAX_BODY_BYTES) {
      chunks.push(chunk);
      kept += chunk.length;
    }
  }
  return Buffer.concat(chunks).toString();
}
