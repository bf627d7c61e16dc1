import { connect, type Socket } from "node:net";
import type { TestService } from "../../src/testing/test-service";

/** A response as received over the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The time limit for a server to respond and close, in milliseconds. */
const patienceMilliseconds = 5000;

/** A plain TCP connection to the service, without an HTTP client. */
export function connectTo({ url }: TestService): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

/**
 * Sends bytes and waits until the service has closed the connection.
 *
 * @throws Error if it keeps the connection open or does not send exactly one
 * response
 */
export async function exchange(
  service: TestService,
  bytes: string | Uint8Array,
): Promise<Reply> {
  const socket = connectTo(service);
  socket.write(bytes);
  return replyIn(await received(socket, patienceMilliseconds));
}

/** Everything received until the other side closes. */
export function received(
  socket: Socket,
  withinMilliseconds: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`Still open after ${withinMilliseconds} ms`));
    }, withinMilliseconds);
    socket.on("data", (chunk) => chunks.push(chunk));
    // A server may reset the connection after its response.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString());
    });
  });
}

/**
 * Sends the same text repeatedly until the connection closes.
 *
 * @param every time between two sends, in milliseconds
 */
export function drip(socket: Socket, text: string, every: number): void {
  const timer = setInterval(() => socket.write(text), every);
  socket.on("close", () => clearInterval(timer));
}

/** The only response in the received text. */
export function replyIn(text: string): Reply {
  const starts = text.match(/HTTP\/1\.1 \d{3} /g) ?? [];
  const end = text.indexOf("\r\n\r\n");
  if (starts.length !== 1 || end === -1) {
    throw new Error(`Expected one response, received ${starts.length}`);
  }
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    text: text.slice(end + 4),
  };
}

/** A request as text; undefined parts are omitted. */
export function requestText({
  method = "POST",
  path = "/auth/google",
  version = "HTTP/1.1",
  headers = {},
  body = "",
}: {
  readonly method?: string;
  readonly path?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}): string {
  const lines = Object.entries({
    Host: "service.example",
    Connection: "close",
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    ...headers,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} ${version}\r\n${lines.join("")}\r\n${body}`;
}
