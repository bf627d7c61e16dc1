import { createServer, type IncomingMessage, type Server } from "node:http";
import { close, listen } from "../../src/testing/google/emulator.http";

/** A request that a receiver received. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A receiver's response; `hang` sends none, `reset` closes the connection. */
export type ReceiverAnswer =
  | "hang"
  | "reset"
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    };

/** A receiver of security events with the responses that a test sets. */
export class RecordedReceiver {
  readonly received: ReceivedRequest[] = [];
  /** The next responses; 202 after the last. */
  readonly answers: ReceiverAnswer[] = [];
  #url = "";

  private constructor(private readonly server: Server) {}

  static async start(): Promise<RecordedReceiver> {
    const server = createServer();
    const receiver = new RecordedReceiver(server);
    server.on("request", (request: IncomingMessage, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) {
          chunks.push(chunk);
        }
        const { method = "", url: path = "", headers } = request;
        const body = Buffer.concat(chunks).toString();
        receiver.received.push({ method, path, headers, body });
        const answer = receiver.answers.shift() ?? { status: 202 };
        if (answer === "reset") {
          response.socket?.resetAndDestroy();
        } else if (answer !== "hang") {
          response.writeHead(answer.status, answer.headers);
          response.end(answer.body);
        }
      })();
    });
    const { port } = await listen(server, "127.0.0.1", 0);
    receiver.#url = `http://127.0.0.1:${port}/security-events`;
    return receiver;
  }

  get url(): string {
    return this.#url;
  }

  /** Clears the received requests and the next responses. */
  clear(): void {
    this.received.length = 0;
    this.answers.length = 0;
  }

  stop(): Promise<void> {
    return close(this.server);
  }
}
