import { Redis } from "ioredis";
import {
  AuthError,
  Clock,
  Revocations,
  SessionStore,
  SystemClock,
} from "../../src/index";
import type { TestServiceOptions } from "../../src/testing/test-service";
import { call, refusal } from "../support/calls";
import { Instances } from "../support/instances";
import { impatient, RedisServer } from "../support/redis-server";
import { postJson } from "../support/requests";
import { query } from "../support/rows";
import { eventUri, report } from "../support/security-events";
import { RedisRevocations } from "../support/stores/redis-revocations";
import { RedisSessionStore } from "../support/stores/redis-session-store";

const rules = {
  ...{ idleTtlSeconds: 2_592_000, maxTtlSeconds: 7_776_000 },
  ...{ refreshGraceSeconds: 10, refreshLateRetries: 3 },
};

describe.each(["SessionStore", "Revocations"])("%s alone in Redis", (seam) => {
  let server: RedisServer;
  let client: Redis;
  let instances: Instances;

  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.url, impatient);
    instances = await Instances.start({ providers: [providerOf(seam)] });
  });

  afterAll(async () => {
    await instances.stop();
    client.disconnect();
    await server.stop();
  });

  function providerOf(
    name: string,
  ): NonNullable<TestServiceOptions["providers"]>[number] {
    return name === "SessionStore"
      ? {
          provide: SessionStore,
          useValue: new RedisSessionStore(client, rules, new SystemClock()),
        }
      : {
          provide: Revocations,
          inject: [Clock],
          // Each instance has its own copy.
          useFactory: (clock: Clock) =>
            new RedisRevocations(server.url, clock, "nga", impatient),
        };
  }

  const rowsOf = async (table: string) => {
    const text = `SELECT count(*)::int AS count FROM google_auth.${table}`;
    const [row] = await query<{ count: number }>(instances.one, text);
    return row?.count;
  };

  it("signs in, refreshes and accepts access tokens, with its data in Redis", async () => {
    const who = await instances.person();
    expect(who.status).toBe(200);
    const { refreshToken } = who;
    const answer = await postJson(instances.other, "/auth/refresh", {
      refreshToken,
    });
    expect([answer.status, answer.body.sessionId]).toEqual([
      ...[200, who.sessionId],
    ]);
    const again = await postJson(instances.one, "/auth/refresh", {
      refreshToken,
    });
    expect(again.body.refreshToken).toBe(answer.body.refreshToken);
    const accessToken = String(answer.body.accessToken);
    const me = await instances.me({ ...who, accessToken }, instances.other);
    expect([me.status, me.body.id]).toEqual([200, who.id]);
    const sessions = await rowsOf("sessions");
    expect(sessions === 0).toBe(seam === "SessionStore");
  });

  it("signs out one session, here at once and on the other instance within a second", async () => {
    const who = await instances.person();
    const other = await instances.person(who.account);
    const { accessToken } = who;
    await call(instances.one, "POST", "/auth/logout", accessToken);
    await instances.expectSignedOut(who);
    expect((await instances.me(other)).status).toBe(200);
    expect((await instances.me(other, instances.other)).status).toBe(200);
  });

  it("signs out everywhere, here at once and on the other instance within a second", async () => {
    const who = await instances.person();
    const { account } = who;
    const others = [
      await instances.person(account),
      await instances.person(account, {}, instances.other),
    ];
    const { accessToken } = who;
    const answer = await call(
      ...[instances.one, "POST", "/auth/logout-all", accessToken],
    );
    expect(answer.status).toBe(204);
    for (const each of [who, ...others]) await instances.expectSignedOut(each);
    const revocations = await rowsOf("revocations");
    expect(revocations === 0).toBe(seam === "Revocations");
    // A sign-in within the same second is not affected.
    const next = await instances.person(account);
    expect((await instances.me(next)).status).toBe(200);
    expect((await instances.me(next, instances.other)).status).toBe(200);
    const refreshed = await postJson(instances.one, "/auth/refresh", {
      refreshToken: next.refreshToken,
    });
    expect(refreshed.status).toBe(200);
  });

  it("ends the session when Google reports a security event", async () => {
    const who = await instances.person();
    const bystander = await instances.person();
    await report(instances.one, instances.google, {
      ...{ account: who.account, eventType: eventUri("sessions-revoked") },
    });
    await instances.expectSignedOut(who);
    expect((await instances.me(bystander)).status).toBe(200);
  });

  it("has ended every session that it reported as ended, even after a partial failure", async () => {
    const who = await instances.person();
    const { accessToken, refreshToken } = who;
    const revocations = instances.one.app.get(Revocations);
    const end = jest
      .spyOn(revocations, "end")
      .mockRejectedValueOnce(new AuthError("service_unavailable"));
    const failed = await call(
      ...[instances.one, "POST", "/auth/logout", accessToken],
    );
    expect(refusal(failed)).toEqual([503, "service_unavailable"]);
    const done = await postJson(instances.one, "/auth/logout", {
      refreshToken,
    });
    expect(done.status).toBe(204);
    await instances.expectSignedOut(who);
    // A repeated sign-out writes nothing.
    const calls = end.mock.calls.length;
    await postJson(instances.one, "/auth/logout", { refreshToken });
    expect(end.mock.calls).toHaveLength(calls);
    end.mockRestore();
  });
});
