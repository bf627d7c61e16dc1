import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What the API does with a request. */
export type Behaviour = (response: ServerResponse, count: number) => void;

/** A request as the API saw it. */
export interface ApiRequest {
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

/** A Verify Token API that behaves as a test wants it to. */
export class FaultyApi {
  readonly requests: ApiRequest[] = [];
  behaviour: Behaviour = answers(500);

  private constructor(
    private readonly server: Server,
    private readonly sockets: Set<Socket>,
  ) {}

  /** @param port any free one unless given */
  static async start(port = 0): Promise<FaultyApi> {
    const sockets = new Set<Socket>();
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => void chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        api.requests.push({
          authorization: request.headers.authorization,
          body: JSON.parse(text) as Record<string, unknown>,
        });
        api.behaviour(response, api.requests.length);
      });
    });
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    const api = new FaultyApi(server, sockets);
    await new Promise<void>((resolve) => {
      server.listen(port, "127.0.0.1", resolve);
    });
    return api;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/verify-token`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Says this, as JSON unless it is a text. */
export function answers(
  status: number,
  body: unknown = "",
  headers: Record<string, string> = {},
): Behaviour {
  const isText = typeof body === "string";
  return (response) => {
    response.writeHead(status, {
      "content-type": isText ? "text/html" : "application/json",
      ...headers,
    });
    response.end(isText ? body : JSON.stringify(body));
  };
}

/** Never says anything. */
export const hangs: Behaviour = () => undefined;

/** Says a little, and then nothing. */
export const stalls: Behaviour = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"active":true,');
};

/** Hangs up. */
export const resets: Behaviour = (response) => {
  response.destroy();
};

/** Goes on for ever. */
export const floods: Behaviour = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const more = () => {
    while (!response.destroyed && response.write(" ".repeat(65_536)));
  };
  response.on("drain", more);
  more();
};
