import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";

/** An empty Redis: the one at `REDIS_TEST_URL`, which is emptied, or a new one. */
export async function startRedis(): Promise<{
  readonly url: string;
  stop(): Promise<void>;
}> {
  const { REDIS_TEST_URL: url } = process.env;
  if (url) {
    const redis = new Redis(url);
    await redis.flushdb();
    redis.disconnect();
    return { url, stop: () => Promise.resolve() };
  }
  const port = await freePort();
  const child = spawn(
    "redis-server",
    ["--bind", "127.0.0.1", "--port", `${port}`, "--save", ""],
    { stdio: "ignore" },
  );
  const failed = once(child, "error");
  failed.catch(() => undefined);
  process.once("exit", () => child.kill());
  const redis = new Redis(port, "127.0.0.1", { retryStrategy: () => 20 });
  redis.on("error", () => undefined);
  try {
    const patience = delay(10_000, undefined, { ref: false });
    const answer = await Promise.race([redis.ping(), failed, patience]);
    if (answer !== "PONG") {
      throw new Error(
        "These tests need Redis: install redis-server 6.2 or newer (Debian: apt-get install redis-server), or set REDIS_TEST_URL to one that may be emptied.",
      );
    }
  } finally {
    redis.disconnect();
  }
  return { url: `redis://127.0.0.1:${port}`, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill();
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
