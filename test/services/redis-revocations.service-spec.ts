import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { SystemClock } from "../../src/index";
import { within } from "../../src/testing/contracts/contract-runs";
import { looseTransaction, revocationsContract } from "../../src/testing";
import { impatient, RedisServer } from "../support/redis-server";
import { RedisRevocations } from "../support/stores/redis-revocations";
import { TcpProxy } from "../support/tcp-proxy";

describe("RedisRevocations", () => {
  let server: RedisServer;
  let network: TcpProxy;

  beforeAll(async () => {
    server = await RedisServer.start();
    network = await TcpProxy.to(server.url);
  });

  afterAll(async () => {
    await network.stop();
    await server.stop();
  });

  revocationsContract({
    ...{ concurrent: true, outages: true },
    create: ({ clock }) => {
      const prefix = randomUUID();
      let started = 0;
      return {
        start: async () => {
          const url = started++ === 1 ? network.url : server.url;
          const revocations = new RedisRevocations(
            ...[url, clock, prefix, impatient],
          );
          await revocations.onApplicationBootstrap();
          const stop = () => revocations.onModuleDestroy();
          return { revocations, stop };
        },
        transaction: looseTransaction,
        outage: { begin: () => network.cut(), end: () => network.restore() },
        dispose: () => network.restore(),
      };
    },
  });

  describe("on two instances", () => {
    const prefix = randomUUID();
    let redis: Redis;
    let here: RedisRevocations;
    let elsewhere: RedisRevocations;

    beforeAll(async () => {
      redis = new Redis(server.url, impatient);
      const clock = new SystemClock();
      const make = () =>
        new RedisRevocations(server.url, clock, prefix, impatient);
      [here, elsewhere] = [make(), make()];
      await here.onApplicationBootstrap();
      await elsewhere.onApplicationBootstrap();
    });

    afterAll(async () => {
      await here.onModuleDestroy();
      await elsewhere.onModuleDestroy();
      redis.disconnect();
    });

    const until = () => new Date(Date.now() + 900_000);
    const isKnown = (sessionId: string) =>
      within(1000, async () => elsewhere.covers(sessionId, randomUUID(), 0));

    it("receives revocations within a second without notifications", async () => {
      // Like a subscriber whose connection died silently.
      for (let round = 0; round < 3; round++) {
        const id = randomUUID();
        const number = await redis.incr(`${prefix}:revocations:number`);
        const entry = JSON.stringify(["s", id, 0, until().getTime()]);
        await redis.zadd(`${prefix}:revocations`, number, entry);
        expect(await isKnown(id)).toBe(true);
      }
    });

    it("receives revocations within a second when the subscribers are disconnected", async () => {
      for (let round = 0; round < 3; round++) {
        const id = randomUUID();
        await redis.client("KILL", "TYPE", "pubsub");
        await here.end([{ sessionId: id }], until());
        expect(await isKnown(id)).toBe(true);
      }
    });

    it("keeps earlier revocations and receives new ones after Redis lost its data", async () => {
      const [before, after] = [randomUUID(), randomUUID()];
      await here.end([{ sessionId: before }], until());
      expect(await isKnown(before)).toBe(true);
      await redis.flushall();
      await here.end([{ sessionId: after }], until());
      expect(await isKnown(after)).toBe(true);
      expect(await isKnown(before)).toBe(true);
    });
  });
});
