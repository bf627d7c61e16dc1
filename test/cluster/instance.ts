import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../src/database/embedded/launch-server";
import { TcpProxy } from "../support/tcp-proxy";
import { Child } from "./child";

const program = resolve(__dirname, "../../dist/main.js");
const startMilliseconds = 40_000;

/** One instance of the service, with a network of its own to the database. */
export class Instance {
  private child: Child | undefined;

  private constructor(
    readonly port: number,
    /** What is between it and PgBouncer. */
    readonly network: TcpProxy,
    private readonly env: Readonly<Record<string, string>>,
    private readonly log: string,
  ) {}

  static async create(
    name: string,
    databaseUrl: string,
    env: Readonly<Record<string, string>>,
    folder: string,
  ): Promise<Instance> {
    const network = await TcpProxy.to(databaseUrl);
    const log = join(folder, `${name}.log`);
    return new Instance(await freePort(), network, env, log);
  }

  /**
   * Starts it, and waits until it is ready.
   *
   * @param clock how wrong its clock is: `+50s`
   */
  async start(clock?: string): Promise<void> {
    const { PATH, HOME } = process.env;
    // The clock that measures durations goes right, as it would.
    const skewed = ["faketime", "--exclude-monotonic", "-f", clock ?? ""];
    const [first = "", ...rest] = [
      ...(clock === undefined ? [] : skewed),
      ...[process.execPath, program],
    ];
    this.child = Child.start(
      [first, ...rest],
      {
        ...{ PATH, HOME, ...this.env },
        PORT: String(this.port),
        DATABASE_URL: this.network.url,
      },
      this.log,
    );
    await this.ready();
  }

  /** Waits until it can serve requests. */
  async ready(): Promise<void> {
    const deadline = Date.now() + startMilliseconds;
    while (!(await this.isReady())) {
      if (this.child?.hasEnded || Date.now() > deadline) {
        throw new Error(`An instance did not become ready; see ${this.log}`);
      }
      await delay(100);
    }
  }

  kill(): Promise<void> | undefined {
    return this.child?.end("SIGKILL");
  }

  /** As an orchestrator stops it. */
  stop(): Promise<void> | undefined {
    return this.child?.end("SIGTERM");
  }

  private async isReady(): Promise<boolean> {
    try {
      const url = `http://127.0.0.1:${this.port}/health/ready`;
      const { status, body } = await fetch(url);
      await body?.cancel();
      return status === 200;
    } catch {
      return false;
    }
  }
}
