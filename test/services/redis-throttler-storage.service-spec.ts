import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { throttlerStorageContract } from "../../src/testing";
import { impatient, RedisServer } from "../support/redis-server";
import { RedisThrottlerStorage } from "../support/stores/redis-throttler-storage";

describe("RedisThrottlerStorage", () => {
  let server: RedisServer;
  let clients: readonly [Redis, Redis];

  beforeAll(async () => {
    server = await RedisServer.start();
    const connect = () => new Redis(server.url, impatient);
    clients = [connect(), connect()];
  });

  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  throttlerStorageContract({
    concurrent: true,
    create: () => {
      const prefix = randomUUID();
      const [client, another] = clients;
      return {
        storage: new RedisThrottlerStorage(client, prefix),
        other: new RedisThrottlerStorage(another, prefix),
        pass: async (seconds) => {
          for (const key of await client.keys(`${prefix}:*`)) {
            const left = await client.pttl(key);
            await client.pexpire(key, left - seconds * 1000);
          }
        },
        dispose: () => undefined,
      };
    },
  });
});
