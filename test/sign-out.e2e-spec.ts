import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "pg";
import { Database } from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { controllerOf } from "./support/decorated-controller";
import { answerOf, getWithToken, postJson, signIn } from "./support/requests";
import { query } from "./support/rows";

/** The time limit for a revocation on other instances, in milliseconds. */
const maxDelay = 1000;

type SignedIn = Awaited<ReturnType<typeof signIn>>;

describe("ending sessions", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let one: TestService;
  let other: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    one = await TestService.start(google, {
      database,
      controllers: [controllerOf("probe", [], { here: [] })],
    });
    other = await TestService.start(google, { database });
  });

  afterAll(async () => {
    await one.stop();
    await other.stop();
    await database.destroy();
    await google.stop();
  });

  const newSession = async (account = newAccount(), device?: string) => {
    const idToken = await google.idToken({ account });
    const answer = await postJson(one, "/auth/google", { idToken, device });
    return {
      ...answer,
      accessToken: String(answer.body.accessToken),
      refreshToken: String(answer.body.refreshToken),
      sessionId: String(answer.body.sessionId),
    };
  };
  const call = async (
    method: string,
    path: string,
    accessToken?: string,
    body?: unknown,
    service = one,
  ) =>
    answerOf(
      await service.fetch(path, {
        method,
        headers: {
          ...(accessToken && { authorization: `Bearer ${accessToken}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      }),
    );
  const meStatus = async (service: TestService, accessToken: string) =>
    (await getWithToken(service, "/users/me", accessToken)).status;

  /**
   * Expects that the session is refused here at once, and on the other instance
   * within a second.
   */
  const expectDead = async (
    session: Pick<SignedIn, "accessToken"> & { refreshToken: string },
    code = "session_revoked",
  ) => {
    const startedAt = Date.now();
    const here = await getWithToken(one, "/users/me", session.accessToken);
    expect([here.status, here.body.code, here.body.reason]).toEqual([
      401,
      "unauthenticated",
      "session_ended",
    ]);
    expect(here.headers.get("www-authenticate")).toBe(
      'Bearer error="invalid_token"',
    );
    while ((await meStatus(other, session.accessToken)) === 200) {
      expect(Date.now() - startedAt).toBeLessThan(maxDelay);
      await delay(5);
    }
    for (const service of [one, other]) {
      const { refreshToken } = session;
      const again = await postJson(service, "/auth/refresh", { refreshToken });
      expect([again.status, again.body.code]).toEqual([401, code]);
    }
  };

  it("by the access token: its tokens are refused, other sessions continue", async () => {
    const account = newAccount();
    const [mine, elsewhere] = [
      await newSession(account),
      await newSession(account),
    ];
    const answer = await call("POST", "/auth/logout", mine.accessToken);
    expect([answer.status, answer.body]).toEqual([204, {}]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    await expectDead(mine);
    expect(await meStatus(one, elsewhere.accessToken)).toBe(200);
  });

  it("by the refresh token, even if it was replaced", async () => {
    for (const replaced of [false, true]) {
      const session = await newSession();
      const { refreshToken } = session;
      if (replaced) await postJson(one, "/auth/refresh", { refreshToken });
      const answer = await call("POST", "/auth/logout", undefined, {
        refreshToken,
      });
      expect(answer.status).toBe(204);
      await expectDead(session);
      const twice = await call("POST", "/auth/logout", undefined, {
        refreshToken,
      });
      expect(twice.status).toBe(204);
    }
  });

  it("without a token, or with an invalid one, ends nothing", async () => {
    const session = await newSession();
    const nothing = await call("POST", "/auth/logout");
    expect([nothing.status, nothing.body.code]).toEqual([
      401,
      "unauthenticated",
    ]);
    const bad = await call("POST", "/auth/logout", undefined, {
      refreshToken: session.refreshToken.replace(/.$/, "~"),
    });
    expect([bad.status, bad.body.code]).toEqual([401, "invalid_refresh_token"]);
    const forged = await call("POST", "/auth/logout", "x.y.z");
    expect([forged.status, forged.body.code]).toEqual([401, "unauthenticated"]);
    expect(await meStatus(one, session.accessToken)).toBe(200);
  });

  it("everywhere: every session of the user, and no others", async () => {
    const account = newAccount();
    const sessions = [
      await newSession(account),
      await newSession(account),
      await newSession(account),
    ];
    const stranger = await newSession();
    const [first] = sessions;
    const answer = await call("POST", "/auth/logout-all", first?.accessToken);
    expect(answer.status).toBe(204);
    for (const session of sessions) await expectDead(session);
    expect(await meStatus(one, stranger.accessToken)).toBe(200);
    const again = await newSession(account);
    expect(await meStatus(one, again.accessToken)).toBe(200);
    const [user] = await query<{ reasons: string[] }>(
      one,
      `SELECT array_agg(reason) AS reasons FROM google_auth.audit_events
       WHERE event = 'sessions_ended' AND user_id =
         (SELECT user_id FROM google_auth.sessions WHERE id = $1)`,
      [first?.sessionId],
    );
    // One line for all of them.
    expect(user?.reasons).toEqual(["signed_out_everywhere"]);
  });

  it("everywhere, during repeated sign-ins of the user, leaves no earlier session", async () => {
    const account = newAccount();
    const first = await newSession(account);
    const before = Array.from({ length: 10 }, () => newSession(account));
    const ended = call("POST", "/auth/logout-all", first.accessToken);
    const [answer, ...during] = await Promise.all([ended, ...before]);
    expect(answer.status).toBe(204);
    // Each is either valid with both tokens or refused with both.
    for (const session of during) {
      const { refreshToken, accessToken } = session;
      const me = await meStatus(one, accessToken);
      const refreshed = await postJson(one, "/auth/refresh", { refreshToken });
      expect([
        [200, 200],
        [401, 401],
      ]).toContainEqual([me, refreshed.status]);
    }
    expect(await meStatus(one, first.accessToken)).toBe(401);
  });

  it("lists the user's own sessions, newest first, and marks the current one", async () => {
    const account = newAccount();
    const phone = await newSession(account, "Ada's phone");
    const laptop = await newSession(account, "laptop");
    await newSession();
    const answer = await answerOf(
      await one.fetch("/auth/sessions", {
        headers: { authorization: `Bearer ${phone.accessToken}` },
      }),
    );
    expect(answer.body).toEqual([
      {
        id: laptop.sessionId,
        device: "laptop",
        ip: "127.0.0.1",
        userAgent: expect.any(String) as string,
        createdAt: expect.any(String) as string,
        lastUsedAt: expect.any(String) as string,
        current: false,
      },
      expect.objectContaining({
        id: phone.sessionId,
        device: "Ada's phone",
        current: true,
      }),
    ]);
    await call("POST", "/auth/logout", laptop.accessToken);
    const after = await getWithToken(one, "/auth/sessions", phone.accessToken);
    expect(after.body).toHaveLength(1);
  });

  it("one by its id: only the user's own", async () => {
    const account = newAccount();
    const [mine, elsewhere, stranger] = [
      await newSession(account),
      await newSession(account),
      await newSession(),
    ];
    const end = (id: string) =>
      call("DELETE", `/auth/sessions/${id}`, mine.accessToken);
    expect((await end(elsewhere.sessionId)).status).toBe(204);
    await expectDead(elsewhere);
    const none = [
      elsewhere.sessionId,
      stranger.sessionId,
      "01999999-0000-7000-8000-000000000000",
      "1",
      "%27%20OR%201=1--",
      mine.sessionId.toUpperCase(),
    ];
    for (const id of none) {
      const answer = await end(id);
      expect([id, answer.status, answer.body.code]).toEqual([
        id,
        404,
        "not_found",
      ]);
    }
    expect(await meStatus(one, stranger.accessToken)).toBe(200);
    expect((await end(mine.sessionId)).status).toBe(204);
    await expectDead(mine);
  });

  it("reaches other instances within a second even if notifications are lost", async () => {
    const session = await newSession();
    const bells = await query<{ pid: number }>(
      one,
      `SELECT pg_terminate_backend(pid) AS gone, pid FROM pg_stat_activity
       WHERE datname = current_database()
         AND application_name = 'nest-google-auth listener'`,
    );
    expect(bells.length).toBeGreaterThanOrEqual(2);
    await call("POST", "/auth/logout", session.accessToken);
    await expectDead(session);
  });

  it("reaches an instance that starts later", async () => {
    const session = await newSession();
    await call("POST", "/auth/logout", session.accessToken);
    const late = await TestService.start(google, { database });
    try {
      expect(await meStatus(late, session.accessToken)).toBe(401);
    } finally {
      await late.stop();
    }
  });

  it("a guarded request makes no query", async () => {
    const session = await newSession();
    const { master } = one.app.get(Database).dataSource.driver as unknown as {
      master: Pool;
    };
    const asked = jest.spyOn(master, "query");
    for (let count = 0; count < 200; count++) {
      expect(
        (await getWithToken(one, "/probe/here", session.accessToken)).status,
      ).toBe(200);
    }
    const texts = asked.mock.calls.map((call) => JSON.stringify(call));
    asked.mockRestore();
    // Only the polls for revocations, two per second.
    expect(texts.filter((text) => !text.includes("revocations"))).toEqual([]);
  });
});
