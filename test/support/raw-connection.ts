import { connect, type Socket } from "node:net";

/** A connection that speaks what no client library would. */
export class RawConnection {
  /** Everything that has come back. */
  received = "";
  /** Until the server hangs up: how long that took, in milliseconds. */
  readonly closed: Promise<number>;

  private constructor(private readonly socket: Socket) {
    const startedAt = performance.now();
    socket.on("data", (chunk) => (this.received += String(chunk)));
    // A reset is one way to hang up.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on("close", () => resolve(performance.now() - startedAt));
    });
  }

  /** @param url of the server */
  static async to(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    const connection = new RawConnection(socket);
    await new Promise((resolve) => socket.once("connect", resolve));
    return connection;
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /**
   * Sends a character at a time for as long as the server listens.
   *
   * @param every time between two of them, in milliseconds
   */
  drip(character: string, every: number): void {
    const timer = setInterval(() => this.socket.write(character), every);
    this.socket.on("close", () => clearInterval(timer));
  }

  /** Hangs up. */
  end(): void {
    this.socket.destroy();
  }
}

/** The status, the headers by lower-case name, and the body of a raw answer. */
export function parseAnswer(text: string) {
  const [head = "", body = ""] = text.split("\r\n\r\n", 2);
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => line.split(": ", 2));
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: Object.fromEntries(
      headers.map(([name = "", value = ""]) => [name.toLowerCase(), value]),
    ) as Record<string, string>,
    body,
  };
}
