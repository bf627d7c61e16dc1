import type { EndReason } from "../src/sessions/session-store.port";
import { Sessions } from "../src/sessions/sessions";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { linesOf } from "./support/audit-lines";
import { call, type Person, person } from "./support/calls";
import { postWith } from "./support/headed-requests";
import { type Answer, postJson } from "./support/requests";
import { query, rowCounts } from "./support/rows";

const agent = { "user-agent": "AuditSpec/1.0" };

describe("the audit log", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let one: TestService;
  let other: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    one = await TestService.start(google, { database });
    other = await TestService.start(google, {
      database,
      env: { TRUSTED_PROXIES: "127.0.0.1" },
    });
  });

  afterAll(async () => {
    await one.stop();
    await other.stop();
    await database.destroy();
    await google.stop();
  });

  /** As if another client had used the refresh token an hour ago. */
  const replaceLongAgo = ({ sessionId }: Person) =>
    query(
      one,
      `UPDATE google_auth.sessions SET generation = 3, rotations =
        ARRAY[now() - interval '1 hour', now() - interval '2 hours'] WHERE id = $1`,
      [sessionId],
    );

  it("has one line for a sign-up and one for each later sign-in, from any instance", async () => {
    const account = newAccount();
    const headers = { ...agent, "x-forwarded-for": "203.0.113.9" };
    const signIn = async (service: TestService) => {
      const idToken = await google.idToken({ account });
      const body = { idToken };
      const answer = await postWith(headers, service, "/auth/google", body);
      return answer.body as { sessionId: string; user: { id: string } };
    };
    const [first, second] = [await signIn(one), await signIn(other)];
    const lines = await linesOf(one, first.user.id);
    const same = {
      ...{ reason: null, details: null, actorId: null },
      userAgent: agent["user-agent"],
    };
    expect(lines).toEqual([
      {
        ...{ event: "sign_up", sessionId: first.sessionId, ip: "127.0.0.1" },
        ...same,
      },
      {
        ...{ event: "sign_in", sessionId: second.sessionId, ip: "203.0.113.9" },
        ...same,
      },
    ]);
  });

  it("is also written to the service's log, with the address and without the user agent", async () => {
    const { id } = await person(other, google);
    const told = [...one.logLines, ...other.logLines]
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ userId }) => userId === id);
    expect(told).toEqual([
      expect.objectContaining({
        ...{ context: "Audit", level: 30, event: "sign_up", ip: "127.0.0.1" },
      }),
    ]);
    expect(told[0]).not.toHaveProperty("userAgent");
  });

  it("has one line per ended session, with who ended it and why", async () => {
    const sessions = one.app.get(Sessions);
    const admin = await person(one, google);
    const ended: Record<string, (who: typeof admin) => Promise<unknown>> = {
      signed_out: ({ accessToken }) =>
        call(one, "POST", "/auth/logout", accessToken),
      signed_out_everywhere: ({ accessToken }) =>
        call(one, "POST", "/auth/logout-all", accessToken),
      ended_by_user: ({ accessToken, sessionId }) =>
        call(one, "DELETE", `/auth/sessions/${sessionId}`, accessToken),
    };
    const byOthers: EndReason[] = [
      ...(["ended_by_admin", "user_disabled"] as const),
      ...(["user_deleted", "security_event"] as const),
    ];
    for (const reason of byOthers) {
      ended[reason] = ({ id }) =>
        sessions.endAll(id, { reason, actorId: admin.id, ip: "192.0.2.1" });
    }
    for (const [reason, end] of Object.entries(ended)) {
      const who = await person(one, google);
      await end(who);
      await end(who).catch(() => undefined);
      const byOther = (byOthers as string[]).includes(reason);
      const isOne = reason === "signed_out" || reason === "ended_by_user";
      const ended = isOne
        ? { event: "session_ended", sessionId: who.sessionId }
        : { event: "sessions_ended", sessionId: null };
      expect((await linesOf(other, who.id)).slice(1)).toEqual([
        {
          ...{ ...ended, reason },
          ...{ actorId: byOther ? admin.id : null, details: null },
          ip: byOther ? "192.0.2.1" : "127.0.0.1",
          userAgent: byOther ? null : (expect.any(String) as string),
        },
      ]);
    }
  });

  it("has one line across instances for a reused refresh token", async () => {
    const who = await person(one, google);
    const { id, sessionId, refreshToken } = who;
    await replaceLongAgo(who);
    const answers = await Promise.all(
      [one, other, one, other].map((service) =>
        postJson(service, "/auth/refresh", { refreshToken }),
      ),
    );
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([401, "session_revoked"]);
    }
    expect((await linesOf(one, id)).slice(1)).toEqual([
      expect.objectContaining({
        ...{ event: "refresh_reused", sessionId, reason: "refresh_reused" },
        ...{ actorId: null, ip: "127.0.0.1" },
      }),
    ]);
  });

  it("has exactly one line per event after many concurrent users on two instances", async () => {
    const crowd = Array.from({ length: 24 }, async (_, index) => {
      const service = index % 2 === 0 ? one : other;
      const account = newAccount();
      const [first] = await Promise.all([
        person(service, google, account),
        person(one, google, account),
        person(other, google, account),
      ]);
      const everywhere = index % 3 === 0 ? "logout-all" : "logout";
      await Promise.all(
        [one, other].map((each) =>
          call(each, "POST", `/auth/${everywhere}`, first.accessToken),
        ),
      );
    });
    await Promise.all(crowd);
    const [odd] = await query<Record<string, number>>(
      one,
      `SELECT
        (SELECT count(*)::int FROM google_auth.users WHERE 1 <> (
          SELECT count(*) FROM google_auth.audit_events
          WHERE user_id = users.id AND event = 'sign_up')) AS users,
        (SELECT count(*)::int FROM google_auth.sessions WHERE 1 <> (
          SELECT count(*) FROM google_auth.audit_events WHERE session_id = sessions.id
          AND event IN ('sign_up', 'sign_in'))) AS begun,
        (SELECT count(*)::int FROM google_auth.sessions
         WHERE revoked_at IS NOT NULL AND 1 <> (
          SELECT count(*) FROM google_auth.audit_events AS line
          WHERE session_id = sessions.id AND event IN ('session_ended', 'refresh_reused')
            OR line.user_id = sessions.user_id AND event = 'sessions_ended'
              AND revoked_reason = line.reason
              AND line.reason = 'signed_out_everywhere'))
         AS ended,
        (SELECT count(*)::int FROM google_auth.sessions) AS all`,
    );
    expect(odd).toMatchObject({ users: 0, begun: 0, ended: 0 });
    expect(odd?.all).toBeGreaterThanOrEqual(72);
  });

  describe("when it cannot be written", () => {
    const rename = (from: string, to: string) =>
      query(one, `ALTER TABLE google_auth.${from} RENAME TO ${to}`);
    const everything = async () => ({
      ...(await rowCounts(one)),
      sessions: await query(
        one,
        "SELECT id, generation, revoked_at FROM google_auth.sessions ORDER BY id",
      ),
      revocations: await query(
        one,
        "SELECT id FROM google_auth.revocations ORDER BY id",
      ),
      claims: await query(
        one,
        "SELECT subject, last_sign_in_at FROM google_auth.identities ORDER BY subject",
      ),
    });

    it.each<[string, (who: Person) => Promise<Answer>]>([
      ["a sign-up", () => person(one, google)],
      ["a sign-in", ({ account }) => person(one, google, account)],
      [
        "a sign-out",
        ({ accessToken }) => call(one, "POST", "/auth/logout", accessToken),
      ],
      [
        "a sign-out everywhere",
        ({ accessToken }) => call(one, "POST", "/auth/logout-all", accessToken),
      ],
      [
        "the end of one session",
        ({ accessToken, sessionId }) =>
          call(one, "DELETE", `/auth/sessions/${sessionId}`, accessToken),
      ],
      [
        "a reused refresh token",
        ({ refreshToken }) => postJson(one, "/auth/refresh", { refreshToken }),
      ],
    ])("rolls back %s, which is a 500", async (name, attempt) => {
      const who = await person(one, google);
      if (name.startsWith("a reused")) await replaceLongAgo(who);
      const before = await everything();
      await rename("audit_events", "audit_events_away");
      try {
        const answer = await attempt(who);
        expect([answer.status, answer.body.code]).toEqual([
          500,
          "internal_error",
        ]);
        expect(await everything()).toEqual(before);
      } finally {
        await rename("audit_events_away", "audit_events");
      }
      expect((await attempt(who)).status).toBeLessThan(500);
      expect(await everything()).not.toEqual(before);
    });
  });
});
