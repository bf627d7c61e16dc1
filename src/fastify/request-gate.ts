import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How many requests one process accepts at a time. */
export interface RequestLimits {
  /**
   * Maximum number of requests in flight per connection; more than one only
   * with pipelining.
   */
  readonly perConnection: number;
  /** Maximum number of requests in flight in total. */
  readonly inAll: number;
}

/** Browsers and proxies do not use pipelining. */
export const requestLimits: RequestLimits = { perConnection: 32, inAll: 1000 };

/**
 * Maximum total number of unanswered requests queued behind those that closed
 * their connection. Node creates an object for each request of a read, which
 * may be 2,500, and keeps them until the connection is closed.
 */
const maxDiscarded = 2000;
/**
 * Maximum duration of a handler, in milliseconds: an older request was
 * abandoned with its connection.
 */
const maxRequestMilliseconds = 60_000;

/** Number of networks from which those without requests are removed. */
const maxIdleNetworks = 10_000;

interface Connection {
  inFlight: number;
  discarded: number;
  isRefused: boolean;
}

export type RequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
) => void;

export interface RequestGateOptions {
  /** Handles the admitted requests. */
  readonly handle: RequestHandler;
  /** Responds to the others. */
  readonly refuse: RequestHandler;
  /** The client network of a request. */
  readonly networkOf: (request: IncomingMessage) => string;
  readonly limits?: RequestLimits;
}

interface Network {
  readonly name: string;
  inFlight: number;
}

/** An admitted request. */
interface InFlight {
  readonly response: ServerResponse;
  /** In milliseconds since 1970. */
  readonly since: number;
  readonly network: Network;
  /** Its place in the list of all; -1 after it was removed. */
  index: number;
}

/**
 * Admits as many requests as this process can handle and refuses the rest
 * before anything is allocated for them: load on memory and the database pool
 * does not grow with what clients send.
 *
 * A client network may have as many requests in flight as places are free. So
 * one that floods the service takes half of them, two take a third each, and
 * there is always room for a client with none in flight.
 */
export class RequestGate {
  /**
   * Served regardless of load, such as `/health/live`: a restart would not
   * reduce it.
   */
  alwaysAnswered: string | undefined;

  // A map whose entries come and go with every request takes a tenth of a
  // guarded route's CPU: this is a list, and idle networks stay in the map.
  private readonly inFlight: InFlight[] = [];
  private readonly networks = new Map<string, Network>();
  private readonly connections = new WeakMap<Socket, Connection>();
  private discarded = 0;
  private isDraining = false;
  private readonly limits: RequestLimits;

  constructor(private readonly options: RequestGateOptions) {
    this.limits = options.limits ?? requestLimits;
  }

  /** A server's listener for `request`. */
  readonly enter: RequestHandler = (request, response) => {
    const connection = this.connectionOf(request.socket);
    if (connection.isRefused) {
      this.discard(connection, request.socket);
      return;
    }
    if (this.isDraining) response.setHeader("Connection", "close");
    let counted: InFlight | undefined;
    response.once("close", () => {
      connection.inFlight--;
      // The handler of a broken connection may still be running.
      if (counted && response.writableEnded) this.remove(counted);
    });
    const { handle, refuse, networkOf } = this.options;
    if (++connection.inFlight > this.limits.perConnection) {
      connection.isRefused = true;
      // Nothing this client still sends would be answered.
      request.socket.pause();
      response.setHeader("Connection", "close");
      refuse(request, response);
      return;
    }
    const network = this.networkNamed(networkOf(request));
    if (!this.hasRoomFor(network) && request.url !== this.alwaysAnswered) {
      refuse(request, response);
    } else {
      whenReceived(request, () => {
        if (!response.writableEnded) counted = this.add(response, network);
      });
      handle(request, response);
    }
  };

  /**
   * From now on every response closes its connection, including those to
   * requests in flight.
   */
  drain(): void {
    this.isDraining = true;
    for (const { response } of this.inFlight) {
      if (!response.headersSent) response.setHeader("Connection", "close");
    }
  }

  /** How many requests are in flight. */
  get size(): number {
    return this.inFlight.length;
  }

  private connectionOf(socket: Socket): Connection {
    const known = this.connections.get(socket);
    if (known) return known;
    const connection = { inFlight: 0, discarded: 0, isRefused: false };
    this.connections.set(socket, connection);
    return connection;
  }

  private discard(connection: Connection, socket: Socket): void {
    if (connection.discarded++ === 0) {
      socket.once("close", () => (this.discarded -= connection.discarded));
    }
    // Pending responses on a closed connection no longer count.
    if (++this.discarded > maxDiscarded) socket.destroy();
  }

  private add(response: ServerResponse, network: Network): InFlight {
    const request = {
      response,
      network,
      since: Date.now(),
      index: this.inFlight.length,
    };
    this.inFlight.push(request);
    network.inFlight++;
    return request;
  }

  private remove(request: InFlight): void {
    if (request.index === -1) return;
    const last = this.inFlight.pop();
    if (last && last !== request) {
      last.index = request.index;
      this.inFlight[last.index] = last;
    }
    request.index = -1;
    request.network.inFlight--;
  }

  private networkNamed(name: string): Network {
    const known = this.networks.get(name);
    if (known) return known;
    if (this.networks.size >= maxIdleNetworks) {
      for (const { inFlight, name: other } of this.networks.values()) {
        if (inFlight === 0) this.networks.delete(other);
      }
    }
    const network = { name, inFlight: 0 };
    this.networks.set(name, network);
    return network;
  }

  private hasRoomFor(network: Network): boolean {
    const isFree = () => network.inFlight < this.limits.inAll - this.size;
    if (isFree()) return true;
    const oldest = Date.now() - maxRequestMilliseconds;
    for (const request of [...this.inFlight]) {
      if (request.response.writableEnded || request.since < oldest) {
        this.remove(request);
      }
    }
    return isFree();
  }
}

/**
 * Calls back when the body has arrived, or immediately if the request has none:
 * slow senders must not use the capacity of others.
 */
function whenReceived(request: IncomingMessage, callback: () => void): void {
  const { "content-length": length, "transfer-encoding": coding } =
    request.headers;
  if (Number(length ?? 0) === 0 && coding === undefined) callback();
  else request.once("end", callback);
}

const gates = new WeakMap<Server, RequestGate>();

/** Puts a gate in front of a server. */
export function guard(server: Server, gate: RequestGate): void {
  server.on("request", gate.enter);
  gates.set(server, gate);
}

/** The gate in front of a server, if any. */
export function gateOf(server: unknown): RequestGate | undefined {
  return gates.get(server as Server);
}
