import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Redis, type RedisOptions } from "ioredis";
import { freePort } from "../../src/database/embedded/launch-server";

/** Commands fail at once during an outage instead of waiting. */
export const impatient: RedisOptions = {
  maxRetriesPerRequest: 1,
  connectTimeout: 1000,
  commandTimeout: 2000,
  retryStrategy: (attempt) => Math.min(attempt * 20, 100),
};

/** A separate Redis for one test file: on loopback, and in memory only. */
export class RedisServer {
  private constructor(
    private readonly child: ChildProcess,
    /** The URL to connect to. */
    readonly url: string,
  ) {}

  static async start(): Promise<RedisServer> {
    const port = await freePort();
    const child = spawn(
      "redis-server",
      [
        ...["--bind", "127.0.0.1", "--port", String(port)],
        ...["--save", "", "--appendonly", "no"],
      ],
      { stdio: "ignore" },
    );
    // The server must not outlive this process.
    process.once("exit", () => child.kill());
    const url = `redis://127.0.0.1:${port}`;
    const probe = new Redis(url, { retryStrategy: () => 20 });
    // The server refuses connections until it listens.
    probe.on("error", () => undefined);
    const [answer] = await Promise.race([
      probe.ping().then((pong) => [pong]),
      once(child, "exit"),
      once(child, "error"),
    ]);
    probe.disconnect();
    if (answer !== "PONG") throw new Error(`redis-server: ${String(answer)}`);
    return new RedisServer(child, url);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }
}
