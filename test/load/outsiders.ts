import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { newAccount } from "../../src/testing/google/accounts";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import { TestDatabase } from "../../src/testing/test-database";
import { Program } from "../support/programs";

/**
 * Attacks without credentials: their cost for a service with 256 MB of heap,
 * and their effect on a legitimate user. Runs on this machine only, for about
 * two minutes.
 *
 *     node -r @swc-node/register test/load/outsiders.ts
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "outsiders-"));
  const google = await GoogleEmulator.start();
  const database = await TestDatabase.create();
  const program = Program.start("src/main.ts", {
    cwd: folder,
    env: {
      ...google.environment(),
      DATABASE_URL: database.url,
      LOG_LEVEL: "warn",
      NODE_OPTIONS: "--max-old-space-size=256",
      PORT: "0",
      RATE_LIMIT_SIGN_IN: "off",
      // Gives the attacker and the legitimate user different addresses.
      TRUSTED_PROXIES: "127.0.0.1",
    },
  });
  try {
    await program.says("Listening on");
    const url = /Listening on (\S+)/.exec(program.stderr)?.[1] ?? "";
    const target = new Target(url, program.pid, google);
    await target.measure("nothing", () => delay(5000));
    await target.measure(
      "8 connections × 250 pipelined GET /health/ready",
      () => target.pipelines(8, 250),
    );
    await target.measure(
      "3 × 60 connections × 1,400 pipelined GET /health/ready",
      async () => {
        for (let round = 0; round < 3; round++) {
          await target.pipelines(60, 1400);
        }
      },
    );
    await target.measure("5,000 nonces for a page of another site", () =>
      target.foreignNonces(5000),
    );
    const readers = await target.peopleWithHistory(20, database.url);
    await target.measure("20 exports of 20 MB that are never read", () =>
      target.unreadExports(readers),
    );
    program.signal("SIGTERM");
    console.log(`ended with ${await program.ended()}`);
  } finally {
    program.signal("SIGKILL");
    await program.ended();
    await database.destroy();
    await google.stop();
    rmSync(folder, { recursive: true });
  }
}

class Target {
  private readonly host: string;
  private readonly port: number;

  constructor(
    private readonly url: string,
    private readonly pid: number,
    private readonly google: GoogleEmulator,
  ) {
    const { hostname, port } = new URL(url);
    this.host = hostname;
    this.port = Number(port);
  }

  /**
   * Runs an attack while a user signs in repeatedly, and prints the result of
   * both.
   */
  async measure(name: string, attack: () => Promise<unknown>): Promise<void> {
    const before = this.memory();
    const times: number[] = [];
    let failures = 0;
    let isOver = false;
    const honest = (async () => {
      while (!isOver) {
        const body = new URLSearchParams({
          idToken: await this.google.idToken(),
        });
        const startedAt = performance.now();
        const status = await this.call(
          "POST",
          "/auth/google",
          body,
          "198.51.100.7",
        );
        if (status === 200) times.push(performance.now() - startedAt);
        else failures++;
        await delay(50);
      }
    })();
    const startedAt = performance.now();
    await attack();
    const seconds = (performance.now() - startedAt) / 1000;
    isOver = true;
    await honest;
    times.sort((a, b) => a - b);
    const at = (share: number) =>
      Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
    console.log(
      `${name}: ${seconds.toFixed(1)} s, memory ${before} → ${this.memory()} MB; ` +
        `legitimate sign-ins: ${times.length}, refused ${failures}, median ${at(0.5)} ms, slowest ${at(1)} ms`,
    );
  }

  async pipelines(connections: number, requests: number): Promise<void> {
    const burst =
      "GET /health/ready HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n".repeat(
        requests,
      );
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const socket = this.connect();
        socket.resume().write(burst);
        await new Promise((resolve) => socket.once("close", resolve));
      }),
    );
  }

  async foreignNonces(count: number): Promise<void> {
    const statuses = new Map<number, number>();
    for (let sent = 0; sent < count; sent += 50) {
      const batch = Array.from({ length: 50 }, () =>
        this.call("POST", "/auth/google/nonce", undefined, "198.51.100.7", {
          origin: "https://evil.example",
        }),
      );
      for (const status of await Promise.all(batch)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
    const own = await this.call(
      "POST",
      "/auth/google/nonce",
      undefined,
      "198.51.100.7",
    );
    console.log(
      "  answered",
      Object.fromEntries(statuses),
      "then, legitimate:",
      own,
    );
  }

  /**
   * Creates users with 20 MB of audit log each. @returns their access tokens
   */
  async peopleWithHistory(
    count: number,
    databaseUrl: string,
  ): Promise<string[]> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    const tokens: string[] = [];
    for (let n = 0; n < count; n++) {
      const idToken = await this.google.idToken({ account: newAccount() });
      const answer = await fetch(`${this.url}/auth/google`, {
        method: "POST",
        body: new URLSearchParams({ idToken }),
      });
      const { accessToken, user } = (await answer.json()) as {
        accessToken: string;
        user: { id: string };
      };
      await client.query(
        `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id, details)
         SELECT gen_random_uuid(), now(), 'sign_in', $1, jsonb_build_object('padding', repeat('x', 4000))
         FROM generate_series(1, 5000)`,
        [user.id],
      );
      tokens.push(accessToken);
    }
    await client.end();
    return tokens;
  }

  async unreadExports(accessTokens: readonly string[]): Promise<void> {
    const sockets = accessTokens.map((token) => {
      const socket = this.connect();
      socket.pause();
      socket.write(
        `GET /users/me/export HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
      return socket;
    });
    await delay(10_000);
    console.log(`  after 10 s: memory ${this.memory()} MB`);
    await delay(55_000);
    // A paused socket detects the close only after reading the rest.
    for (const socket of sockets) socket.resume();
    for (let waited = 0; waited < 30 && !sockets.every(isClosed); waited++) {
      await delay(1000);
    }
    const closed = sockets.filter(isClosed).length;
    console.log(`  after 65 s: ${closed} of ${sockets.length} were closed`);
    for (const socket of sockets) socket.destroy();
  }

  private connect(): Socket {
    return connect(this.port, this.host).on("error", () => undefined);
  }

  private async call(
    method: string,
    path: string,
    body: URLSearchParams | undefined,
    from: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { "x-forwarded-for": from, ...headers },
      body,
    });
    await answer.text();
    return answer.status;
  }

  /** Resident memory, in MB. */
  private memory(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  }
}

const isClosed = ({ destroyed }: Socket) => destroyed;

void main();
