import { EventEmitter, once } from "node:events";
import {
  type AddressInfo,
  connect,
  createServer,
  type Server,
  type Socket,
} from "node:net";

/**
 * A network between the service and a dependency that can be cut or paused. It
 * works for any TCP protocol, such as Postgres or HTTP.
 *
 * @example
 * const network = await TcpProxy.to(database.url);
 * const service = await TestService.start(google, {
 *   database,
 *   env: { DATABASE_URL: network.url },
 * });
 * await network.cut(); // like a crash of the server
 * await network.restore();
 */
export class TcpProxy {
  private server: Server | undefined;
  private port = 0;
  private silent = false;
  private delayMilliseconds = 0;
  private held: (() => void)[] = [];
  private readonly heard = new EventEmitter();
  private readonly sockets = new Set<Socket>();
  /** The connections to the server, a subset of `sockets`. */
  private readonly answering = new Set<Socket>();

  private constructor(private target: URL) {}

  /**
   * Starts a proxy in front of a server.
   *
   * @param url of the server, with its port
   */
  static async to(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url));
    await proxy.restore();
    return proxy;
  }

  /** The server's URL through this proxy; the same after a cut. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = "127.0.0.1";
    url.port = String(this.port);
    return url.href;
  }

  /**
   * Closes every connection and refuses new ones, like a crash of the server.
   */
  async cut(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.held = [];
    // Not resetAndDestroy(): Node 20 can lose the handle of a socket that is
    // ending, and then never exits.
    for (const socket of this.sockets) socket.destroy();
    if (!server) return;
    server.close();
    await once(server, "close");
  }

  /** Accepts connections again, on the same port. */
  async restore(): Promise<void> {
    if (this.server) return;
    const server = createServer((socket) => this.carry(socket));
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /**
   * Forwards nothing in either direction and closes nothing, like a firewall or
   * a machine that lost power. New connections are accepted.
   */
  pause(): void {
    this.silent = true;
  }

  /** Directs new connections to another server; existing ones stay. */
  leadTo(url: string): void {
    this.target = new URL(url);
  }

  /** Delays everything the server sends, in milliseconds. */
  slowDown(milliseconds: number): void {
    this.delayMilliseconds = milliseconds;
  }

  /** Forwards requests to the server, but holds its responses. */
  pauseAnswers(): void {
    for (const socket of this.answering) socket.pause();
  }

  /** Waits until some data is held. */
  async somethingHeld(): Promise<void> {
    if (this.held.length === 0) await once(this.heard, "held");
  }

  /** Forwards the held data in order, and all later data. */
  resume(): void {
    this.silent = false;
    for (const pass of this.held.splice(0)) pass();
  }

  /** Stops the proxy. */
  async stop(): Promise<void> {
    await this.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private carry(client: Socket): void {
    const { hostname, port } = this.target;
    const server = connect({ host: hostname, port: Number(port) });
    this.answering.add(server);
    server.on("close", () => this.answering.delete(server));
    this.join(client, server);
    this.join(server, client);
  }

  private join(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on("data", (chunk) => {
      const write = () => this.pass(() => to.write(chunk));
      const isLate = this.delayMilliseconds > 0 && this.answering.has(from);
      // Timers of the same length end in the order in which they began.
      if (isLate) setTimeout(write, this.delayMilliseconds);
      else write();
    });
    from.on("end", () => this.pass(() => to.end()));
    from.on("error", () => this.pass(() => to.destroy()));
    from.on("close", () => {
      this.sockets.delete(from);
      this.pass(() => to.destroySoon());
    });
  }

  /** Runs a step now, or on `resume`. */
  private pass(step: () => void): void {
    if (!this.silent) {
      step();
      return;
    }
    this.held.push(step);
    this.heard.emit("held");
  }
}
