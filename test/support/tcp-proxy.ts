import { EventEmitter, once } from "node:events";
import {
  type AddressInfo,
  connect,
  createServer,
  type Server,
  type Socket,
} from "node:net";

/**
 * A stretch of network between the service and something it needs, which can
 * be cut and can fall silent. It knows nothing of what it carries, so it stands
 * before Postgres as well as before Google.
 *
 * @example
 * const network = await TcpProxy.to(database.url);
 * const service = await TestService.start(google, {
 *   database,
 *   env: { DATABASE_URL: network.url },
 * });
 * await network.cut(); // as if the server had died
 * await network.restore();
 */
export class TcpProxy {
  private server: Server | undefined;
  private port = 0;
  private silent = false;
  private held: (() => void)[] = [];
  private readonly heard = new EventEmitter();
  private readonly sockets = new Set<Socket>();
  /** Those of them that the server talks on. */
  private readonly answering = new Set<Socket>();

  private constructor(private readonly target: URL) {}

  /**
   * Stands before a server.
   *
   * @param url of the server, with its port
   */
  static async to(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url));
    await proxy.restore();
    return proxy;
  }

  /** The server's URL by way of this proxy; the same after a cut. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = "127.0.0.1";
    url.port = String(this.port);
    return url.href;
  }

  /** Breaks every connection, and refuses new ones: the server has died. */
  async cut(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.held = [];
    // Not resetAndDestroy(): Node 20 can lose the handle of a socket that is
    // ending, and then never gets through its own exit.
    for (const socket of this.sockets) socket.destroy();
    if (!server) return;
    server.close();
    await once(server, "close");
  }

  /** Takes connections again, at the same port. */
  async restore(): Promise<void> {
    if (this.server) return;
    const server = createServer((socket) => this.carry(socket));
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /**
   * Lets nothing through any more, in either direction, and closes nothing: a
   * firewall, or a machine that has died, says no word. New connections are
   * accepted.
   */
  pause(): void {
    this.silent = true;
  }

  /** Lets through what the server is asked, and no more of what it answers. */
  pauseAnswers(): void {
    for (const socket of this.answering) socket.pause();
  }

  /** Waits until something has been said into the silence. */
  async somethingHeld(): Promise<void> {
    if (this.held.length === 0) await once(this.heard, "held");
  }

  /** Lets through what has waited, in its order, and all that comes. */
  resume(): void {
    this.silent = false;
    for (const pass of this.held.splice(0)) pass();
  }

  /** Ends it for good. */
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
    from.on("data", (chunk) => this.pass(() => to.write(chunk)));
    from.on("end", () => this.pass(() => to.end()));
    from.on("error", () => this.pass(() => to.destroy()));
    from.on("close", () => {
      this.sockets.delete(from);
      this.pass(() => to.destroySoon());
    });
  }

  /** Does it now, or when the silence is over. */
  private pass(step: () => void): void {
    if (!this.silent) {
      step();
      return;
    }
    this.held.push(step);
    this.heard.emit("held");
  }
}
