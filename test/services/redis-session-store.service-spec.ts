import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { looseTransaction, sessionStoreContract } from "../../src/testing";
import { impatient, RedisServer } from "../support/redis-server";
import { RedisSessionStore } from "../support/stores/redis-session-store";
import { TcpProxy } from "../support/tcp-proxy";

describe("RedisSessionStore", () => {
  let server: RedisServer;
  let network: TcpProxy;
  let clients: Redis[];

  beforeAll(async () => {
    server = await RedisServer.start();
    network = await TcpProxy.to(server.url);
    clients = [0, 1].map(() => {
      const client = new Redis(network.url, impatient);
      // Commands report an outage as well.
      return client.on("error", () => undefined);
    });
  });

  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await network.stop();
    await server.stop();
  });

  sessionStoreContract({
    ...{ concurrent: true, outages: true },
    create: ({ rules, clock }) => {
      const prefix = randomUUID();
      const [store, other] = clients.map(
        (client) => new RedisSessionStore(client, rules, clock, prefix),
      );
      if (!store) throw new Error("There is no client");
      return {
        ...{ store, other, transaction: looseTransaction },
        outage: { begin: () => network.cut(), end: () => network.restore() },
        dispose: () => network.restore(),
      };
    },
  });
});
