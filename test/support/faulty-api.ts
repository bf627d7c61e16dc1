import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** The API's reaction to a request. */
export type Behaviour = (response: ServerResponse, count: number) => void;

/** A request as received by the API. */
export interface ApiRequest {
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

/** A Verify Token API whose behaviour a test sets. */
export class FaultyApi {
  readonly requests: ApiRequest[] = [];
  behaviour: Behaviour = answers(500);

  private constructor(
    private readonly server: Server,
    private readonly sockets: Set<Socket>,
  ) {}

  /** @param port by default any free one */
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

/** Responds with this body: a string unchanged, another value as JSON. */
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

/** Never responds. */
export const hangs: Behaviour = () => undefined;

/** Sends a part of a response, and then nothing. */
export const stalls: Behaviour = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"active":true,');
};

/** Closes the connection. */
export const resets: Behaviour = (response) => {
  response.destroy();
};

/** Sends a response that never ends. */
export const floods: Behaviour = (response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const more = () => {
    while (!response.destroyed && response.write(" ".repeat(65_536)));
  };
  response.on("drain", more);
  more();
};
