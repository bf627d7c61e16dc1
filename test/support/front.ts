import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** 200 with this JSON, which can be cached for 5 minutes. */
export const says =
  (value: unknown): Answer =>
  (_request, response) =>
    void response
      .writeHead(200, { "cache-control": "max-age=300" })
      .end(JSON.stringify(value));

/** 500 without a body. */
export const fails: Answer = (_request, response) =>
  void response.writeHead(500).end();

/**
 * A reverse proxy whose URL is known before the service behind it starts, so it
 * can be the service's PUBLIC_URL. It counts requests, and can answer single
 * paths itself.
 *
 * @example
 * const front = await Front.start();
 * const service = await TestService.start(google, { env: { PUBLIC_URL: front.url } });
 * front.leadsTo(service.url);
 */
export class Front {
  private readonly counts = new Map<string, number>();
  private readonly answers = new Map<string, Answer>();
  private target = "";

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Front> {
    const server = createServer((incoming, response) => {
      front.pass(incoming, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const front = new Front(server, `http://127.0.0.1:${port}`);
    return front;
  }

  leadsTo(url: string): void {
    this.target = url;
  }

  /** Answers this path here from now on. */
  answer(path: string, answer: Answer): void {
    this.answers.set(path, answer);
  }

  /** Forwards all paths again. */
  clearAnswers(): void {
    this.answers.clear();
  }

  /** The number of requests for a path. */
  count(path: string): number {
    return this.counts.get(path) ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private pass(incoming: IncomingMessage, response: ServerResponse): void {
    const [path = ""] = (incoming.url ?? "").split("?", 1);
    this.counts.set(path, this.count(path) + 1);
    const answer = this.answers.get(path);
    if (answer) {
      answer(incoming, response);
      return;
    }
    const { method, headers } = incoming;
    const onward = request(
      this.target + incoming.url,
      { method, headers },
      (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    incoming.pipe(onward);
  }
}
