import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How much one process takes on at a time. */
export interface RequestLimits {
  /** Most requests of one connection that are under way; only pipelining makes it more than one. */
  readonly perConnection: number;
  /** Most requests that are under way in all. */
  readonly inAll: number;
}

/** Nobody pipelines that much by accident: browsers and proxies do not at all. */
export const requestLimits: RequestLimits = { perConnection: 32, inAll: 1000 };

/**
 * Most requests that may lie about unanswered, behind the one that closed their
 * connection. Node makes its objects of all that came in one read, which may be
 * 2,500 requests, and keeps them until the connection is gone.
 */
const maxDiscarded = 2000;
/** No handler takes longer, in milliseconds: what is older was abandoned with its connection. */
const maxRequestMilliseconds = 60_000;
/** Answered whatever the load: a restart would not make it less. */
const livenessPath = "/health/live";

/** What is known of one connection. */
interface Connection {
  underWay: number;
  discarded: number;
  isRefused: boolean;
}

export type RequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
) => void;

/**
 * Lets as many requests through to a handler as this process can work on, and
 * has the rest refused before anything is made of them: memory and the database
 * pool do not grow with what clients send.
 */
export class RequestGate {
  /** By response, when its request was let through. */
  private readonly underWay = new Map<ServerResponse, number>();
  private readonly connections = new WeakMap<Socket, Connection>();
  private discarded = 0;
  private isDraining = false;

  /**
   * @param handle gets the requests that are let through
   * @param refuse answers the others
   */
  constructor(
    private readonly handle: RequestHandler,
    private readonly refuse: RequestHandler,
    private readonly limits: RequestLimits = requestLimits,
  ) {}

  /** A server's listener for `request`. */
  readonly enter: RequestHandler = (request, response) => {
    const connection = this.connectionOf(request.socket);
    if (connection.isRefused) {
      this.discard(connection, request.socket);
      return;
    }
    if (this.isDraining) response.setHeader("Connection", "close");
    response.once("close", () => {
      connection.underWay--;
      // Of a connection that broke, the handler may still be at work.
      if (response.writableEnded) this.underWay.delete(response);
    });
    if (++connection.underWay > this.limits.perConnection) {
      connection.isRefused = true;
      // Of what this client still sends, nothing would be answered.
      request.socket.pause();
      response.setHeader("Connection", "close");
      this.refuse(request, response);
    } else if (this.isFull() && request.url !== livenessPath) {
      this.refuse(request, response);
    } else {
      this.count(request, response);
      this.handle(request, response);
    }
  };

  /** From now on every answer ends its connection, those under way too. */
  drain(): void {
    this.isDraining = true;
    for (const response of this.underWay.keys()) {
      if (!response.headersSent) response.setHeader("Connection", "close");
    }
  }

  /** How many requests are under way. */
  get size(): number {
    return this.underWay.size;
  }

  private connectionOf(socket: Socket): Connection {
    const known = this.connections.get(socket);
    if (known) return known;
    const connection = { underWay: 0, discarded: 0, isRefused: false };
    this.connections.set(socket, connection);
    return connection;
  }

  private discard(connection: Connection, socket: Socket): void {
    if (connection.discarded++ === 0) {
      socket.once("close", () => (this.discarded -= connection.discarded));
    }
    // Gone with the connection are the answers that are owed on it.
    if (++this.discarded > maxDiscarded) socket.destroy();
  }

  /** A body may take its time: a client that only sends slowly keeps nobody out. */
  private count(request: IncomingMessage, response: ServerResponse): void {
    const add = () => this.underWay.set(response, Date.now());
    const { "content-length": length, "transfer-encoding": coding } =
      request.headers;
    if (Number(length ?? 0) === 0 && coding === undefined) add();
    else request.once("end", () => response.writableEnded || add());
  }

  private isFull(): boolean {
    if (this.underWay.size < this.limits.inAll) return false;
    const oldest = Date.now() - maxRequestMilliseconds;
    for (const [response, since] of this.underWay) {
      if (response.writableEnded || since < oldest) {
        this.underWay.delete(response);
      }
    }
    return this.underWay.size >= this.limits.inAll;
  }
}

const gates = new WeakMap<Server, RequestGate>();

/** Puts a gate in front of a server. */
export function guard(server: Server, gate: RequestGate): void {
  server.on("request", gate.enter);
  gates.set(server, gate);
}

/** The gate in front of a server, if there is one. */
export function gateOf(server: unknown): RequestGate | undefined {
  return gates.get(server as Server);
}
