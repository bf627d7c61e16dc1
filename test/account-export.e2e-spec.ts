import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Database } from "../src/database/database";
import { newAccount } from "../src/testing/google/accounts";
import { TestService } from "../src/testing/test-service";
import { call, type Person, refusal } from "./support/calls";
import { Instances } from "./support/instances";
import { connectTo, requestText } from "./support/raw-connection";
import { query } from "./support/rows";

interface Export {
  readonly exportedAt: string;
  readonly user: Record<string, unknown>;
  readonly identities: Record<string, unknown>[];
  readonly sessions: Record<string, unknown>[];
  readonly auditEvents: Record<string, unknown>[];
  readonly actions: Record<string, unknown>[];
}

describe("the export of a user's own account", () => {
  let service: Instances;

  beforeAll(async () => {
    service = await Instances.start();
  });

  afterAll(() => service.stop());

  const exported = async (ada: Person) => {
    const path = "/users/me/export";
    const answer = await call(service.one, "GET", path, ada.accessToken);
    expect(answer.status).toBe(200);
    return { ...answer, file: answer.body as unknown as Export };
  };

  it("is a file with all of the user's data and no other user's", async () => {
    const account = newAccount();
    const ended = await service.person(account, { device: "old phone" });
    await call(service.one, "POST", "/auth/logout", ended.accessToken);
    const body = { device: "laptop" };
    const ada = await service.person(account, body);
    const stranger = await service.person();
    const { file, headers } = await exported(ada);
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-disposition")).toBe(
      `attachment; filename="account-${ada.id}.json"`,
    );
    expect(file.user).toEqual({
      ...ada.user,
      updatedAt: expect.stringMatching(/Z$/) as string,
    });
    expect(file.identities).toEqual([
      {
        issuer: "https://accounts.google.com",
        subject: account.sub,
        claims: expect.objectContaining({
          email: account.email,
          name: account.name,
        }) as object,
        createdAt: expect.stringMatching(/Z$/) as string,
        lastSignInAt: expect.stringMatching(/Z$/) as string,
      },
    ]);
    expect(
      file.sessions.map(({ id, device, endReason }) => [id, device, endReason]),
    ).toEqual([
      [ended.sessionId, "old phone", "signed_out"],
      [ada.sessionId, "laptop", null],
    ]);
    expect(file.auditEvents.map(({ event }) => event)).toEqual([
      "sign_up",
      "session_ended",
      "sign_in",
      "data_exported",
    ]);
    expect(file.auditEvents[3]).toMatchObject({
      sessionId: ada.sessionId,
      ip: "127.0.0.1",
      userAgent: expect.any(String) as string,
    });
    expect(file.actions).toEqual([]);
    const text = JSON.stringify(file);
    for (const theirs of [stranger.id, stranger.account.sub]) {
      expect(text).not.toContain(theirs);
    }
  });

  it("contains no tokens and no material they are derived from", async () => {
    const ada = await service.person();
    const { file } = await exported(ada);
    const [row] = await query<{ salt: Buffer }>(
      service.one,
      "SELECT salt FROM google_auth.sessions WHERE id = $1",
      [ada.sessionId],
    );
    const text = JSON.stringify(file);
    const secrets = (["hex", "base64", "base64url"] as const).map(
      (encoding) => row?.salt.toString(encoding) ?? "",
    );
    for (const secret of [...secrets, ada.accessToken, ada.refreshToken]) {
      expect(text).not.toContain(secret);
    }
    expect(Object.keys(file.sessions[0] ?? {}).sort()).toEqual([
      "absoluteExpiresAt",
      ...["clientId", "createdAt", "device", "endReason", "endedAt", "id"],
      ...["idleExpiresAt", "ip", "lastUsedAt", "provedAt", "userAgent"],
    ]);
    expect(text).not.toMatch(/salt|thumbprint|digest|nonce|generation/i);
  });

  it("is complete and in order at any length", async () => {
    const ada = await service.person();
    // Many rows share a time, so a cursor of the time alone would skip some.
    await query(
      service.one,
      `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id, details)
       SELECT gen_random_uuid(), now() - interval '1 day' + (n / 700) * interval '1 microsecond',
         'sign_in', $1, jsonb_build_object('n', n)
       FROM generate_series(0, 1999) AS n`,
      [ada.id],
    );
    await query(
      service.one,
      `INSERT INTO google_auth.sessions (id, user_id, client_id, identity_digest, salt,
         idle_expires_at, absolute_expires_at, proved_at, authenticated_at,
         created_at, last_used_at)
       SELECT gen_random_uuid(), $1, 'client', '', '', now(), now(), now(), now(), now(), now()
       FROM generate_series(1, 1000)`,
      [ada.id],
    );
    const { file } = await exported(ada);
    const numbers = file.auditEvents.flatMap(({ details }) =>
      details ? [(details as { n: number }).n] : [],
    );
    expect(new Set(numbers).size).toBe(2000);
    expect(numbers).toHaveLength(2000);
    const steps = numbers.map((n) => Math.floor(n / 700));
    expect(steps).toEqual([...steps].sort());
    expect(new Set(file.sessions.map(({ id }) => id)).size).toBe(1001);
  });

  it("reads at most two pages at a time across users and leaves connections free", async () => {
    const people = await Promise.all(
      Array.from({ length: 12 }, () => service.person()),
    );
    const database = service.one.app.get(Database);
    const read = database.read.bind(database);
    let [running, most] = [0, 0];
    const counted = jest.spyOn(database, "read").mockImplementation((run) => {
      most = Math.max(most, ++running);
      return read(run).finally(() => running--);
    });
    try {
      const exports = people.map((person) => exported(person));
      for (const { file } of await Promise.all(exports)) {
        expect(file.auditEvents.length).toBeGreaterThan(0);
      }
      expect(most).toBe(2);
    } finally {
      counted.mockRestore();
    }
  });

  it("shows a user an administrator's action without the administrator's id or address, and the administrator no target", async () => {
    const ada = await service.person();
    const boss = await service.person();
    await query(
      service.one,
      `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id, actor_id, reason, ip, user_agent)
       VALUES (gen_random_uuid(), now(), 'roles_changed', $1, $2, 'changed_by_admin', '192.0.2.9', 'boss-agent')`,
      [ada.id, boss.id],
    );
    const adas = (await exported(ada)).file;
    expect(adas.auditEvents).toContainEqual(
      expect.objectContaining({
        event: "roles_changed",
        reason: "changed_by_admin",
        ip: null,
        userAgent: null,
      }),
    );
    expect(JSON.stringify(adas)).not.toContain(boss.id);
    const bosses = (await exported(boss)).file;
    expect(bosses.actions).toEqual([
      expect.objectContaining({
        event: "roles_changed",
        ip: "192.0.2.9",
        userAgent: "boss-agent",
      }),
    ]);
    expect(JSON.stringify(bosses)).not.toContain(ada.id);
  });

  it("runs once at a time per user and ends when the client stops reading", async () => {
    const ada = await service.person();
    await query(
      service.one,
      `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id, details)
       SELECT gen_random_uuid(), now() - interval '1 day', 'sign_in', $1,
         jsonb_build_object('padding', repeat('x', 2000))
       FROM generate_series(1, 10000)`,
      [ada.id],
    );
    const server = service.one.app.getHttpServer();
    const { timeout } = server;
    server.timeout = 1000;
    const reads = jest.spyOn(service.one.app.get(Database), "read");
    const socket = connectTo(service.one);
    socket.on("error", () => undefined).pause();
    const closed = once(socket, "close");
    socket.write(
      requestText({
        method: "GET",
        path: "/users/me/export",
        headers: { authorization: `Bearer ${ada.accessToken}` },
      }),
    );
    while (reads.mock.calls.length === 0) await delay(10);
    const path = "/users/me/export";
    const second = await call(service.one, "GET", path, ada.accessToken);
    expect(refusal(second)).toEqual([429, "rate_limited"]);
    expect(second.body.reason).toBe("export_in_progress");
    expect(second.headers.get("retry-after")).toBe("30");

    // Only what fits the kernel's buffers is sent; the other rows are not read.
    await delay(1000);
    expect(reads.mock.calls.length).toBeLessThan(80);
    await delay(2000);
    socket.resume();
    await closed;
    server.timeout = timeout;
    const { file } = await exported(ada);
    expect(file.auditEvents.length).toBeGreaterThan(10_000);
    const [lines] = await query<{ count: number }>(
      service.one,
      "SELECT count(*)::int FROM google_auth.audit_events WHERE event = 'data_exported' AND user_id = $1",
      [ada.id],
    );
    expect(lines?.count).toBe(2);
  });

  it("has the rate limit of refreshes and uses no other limit", async () => {
    await using limited = await TestService.start(service.google, {
      database: service.database,
      env: { RATE_LIMIT_REFRESH: "2/3600" },
    });
    const ada = await service.person();
    const ask = (accessToken?: string) =>
      call(limited, "GET", "/users/me/export", accessToken);
    // A request without a token does not count.
    for (let time = 0; time < 3; time++) expect((await ask()).status).toBe(401);
    for (let time = 0; time < 2; time++) {
      expect((await ask(ada.accessToken)).status).toBe(200);
    }
    const answer = await ask(ada.accessToken);
    expect([answer.status, answer.body.code]).toEqual([429, "rate_limited"]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(3000);
    const lines = await query(
      limited,
      "SELECT FROM google_auth.audit_events WHERE user_id = $1 AND event = 'data_exported'",
      [ada.id],
    );
    expect(lines).toHaveLength(2);
    const me = await call(limited, "GET", "/users/me", ada.accessToken);
    expect(me.status).toBe(200);
  });
});
