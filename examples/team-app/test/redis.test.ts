import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import {
  looseTransaction,
  newAccount,
  revocationsContract,
  throttlerStorageContract,
} from "nest-google-auth/testing";
import { SystemClock } from "nest-google-auth";
import { RedisRevocations } from "../src/redis/redis-revocations";
import { RedisThrottlerStorage } from "../src/redis/redis-throttler-storage";
import { startRedis } from "./redis-server";
import { TeamApp } from "./team-app";

describe("on two instances", () => {
  let app: TeamApp;
  let other: string;

  beforeAll(async () => {
    app = await TeamApp.start();
    other = await app.add();
  });

  afterAll(() => app.stop());

  it("a session that ends on one is refused on the other within a second", async () => {
    const account = newAccount();
    await app.invite(account.email);
    const profile = { jobTitle: "engineer" };
    const { body } = await app.signIn(account, { profile });
    const token = body.accessToken as string;
    expect((await app.call("GET", "/team", { token, url: other })).status).toBe(
      200,
    );
    await app.call("POST", "/auth/logout", { token });
    expect((await app.call("GET", "/team", { token })).status).toBe(401);
    await delay(1000);
    expect((await app.call("GET", "/team", { token, url: other })).status).toBe(
      401,
    );
  });

  it("failed attempts count on both together", async () => {
    const body = { idToken: "guess" };
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 40; attempt++) {
      const url = attempt % 2 === 0 ? other : undefined;
      const answer = await app.call("POST", "/auth/google", { body, url });
      statuses.push(answer.status);
    }
    const refused = statuses.filter((status) => status === 401);
    // 30 in a minute, whichever instance is asked.
    expect(refused).toHaveLength(30);
    expect(new Set(statuses.slice(30))).toEqual(new Set([429]));
  });
});

describe("the contracts of nest-google-auth", () => {
  let redis: Redis;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const server = await startRedis();
    redis = new Redis(server.url);
    stop = server.stop;
  });

  afterAll(async () => {
    redis.disconnect();
    await stop();
  });

  /** Keys of their own for each test. */
  const client = (keyPrefix = `${randomUUID()}:`) =>
    redis.duplicate({ keyPrefix });

  describe("RedisRevocations", () => {
    revocationsContract({
      concurrent: true,
      create: ({ clock }) => {
        const commands = client();
        return {
          start: async () => {
            const revocations = new RedisRevocations(commands, clock);
            await revocations.onApplicationBootstrap();
            const stop = () => revocations.onModuleDestroy();
            return { revocations, stop };
          },
          transaction: looseTransaction,
          dispose: () => commands.disconnect(),
        };
      },
    });

    it("continue when connections are lost", async () => {
      const commands = client();
      const [here, other] = [0, 1].map(
        () => new RedisRevocations(commands, new SystemClock()),
      ) as [RedisRevocations, RedisRevocations];
      await here.onApplicationBootstrap();
      await other.onApplicationBootstrap();
      const until = new Date(Date.now() + 60_000);
      for (const sessionId of ["one", "two", "three"]) {
        await redis.client("KILL", "TYPE", "normal", "SKIPME", "yes");
        await here.end([{ sessionId }], until);
        await delay(1000);
        expect(other.covers(sessionId, "user", 0)).toBe(true);
      }
      here.onModuleDestroy();
      other.onModuleDestroy();
      commands.disconnect();
    });

    it("refuse service when Redis has been silent for a minute", async () => {
      let now = Date.now();
      const commands = client();
      const clock = { now: () => now } as never;
      const revocations = new RedisRevocations(commands, clock);
      await revocations.onApplicationBootstrap();
      revocations.onModuleDestroy();
      expect(revocations.covers("session", "user", 0)).toBe(false);
      now += 61_000;
      expect(() => revocations.covers("session", "user", 0)).toThrow(
        "service_unavailable",
      );
      commands.disconnect();
    });
  });

  describe("RedisThrottlerStorage", () => {
    throttlerStorageContract({
      concurrent: true,
      create: () => {
        const commands = client();
        const storage = new RedisThrottlerStorage(commands);
        return {
          ...{ storage, other: new RedisThrottlerStorage(commands) },
          pass: (seconds) => age(commands, seconds),
          dispose: () => commands.disconnect(),
        };
      },
    });
  });

  /** Brings the expiry of all counts nearer, instead of waiting. */
  async function age(commands: Redis, seconds: number): Promise<void> {
    const prefix = commands.options.keyPrefix ?? "";
    for (const key of await commands.keys(`${prefix}*`)) {
      const own = key.slice(prefix.length);
      const left = await commands.pttl(own);
      await commands.pexpire(own, Math.max(1, left - seconds * 1000));
    }
    await delay(5);
  }
});
