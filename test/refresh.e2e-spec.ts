import { Clock } from "../src/common/clock.port";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import {
  type Answer,
  getWithToken,
  postJson,
  signIn,
} from "./support/requests";
import { query } from "./support/rows";
import { rounds } from "./support/extent";

const refresh = (service: TestService, refreshToken: unknown) =>
  postJson(service, "/auth/refresh", { refreshToken });

const verdict = ({ status, body }: Answer) =>
  status === 200 ? "200" : `${status} ${String(body.code)}`;

const tokenOf = ({ body }: Answer) => String(body.refreshToken);

describe("refreshing", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let clock: SteppedClock;
  let one: TestService;
  let other: TestService;

  const start = (env: Record<string, string> = {}) =>
    TestService.start(google, {
      database,
      env,
      providers: [{ provide: Clock, useValue: clock }],
    });

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    clock = new SteppedClock();
    [one, other] = [await start(), await start()];
  });

  afterAll(async () => {
    await one.stop();
    await other.stop();
    await database.destroy();
    await google.stop();
  });

  let ahead = 0;
  const step = (seconds: number) => {
    ahead += seconds;
    clock.step(seconds);
  };
  // Google's library goes by the machine's clock.
  beforeEach(() => {
    step(-ahead);
  });

  const newSession = async () => {
    const idToken = await google.idToken({ account: newAccount() });
    return signIn(one, idToken);
  };
  const sessionRow = async (answer: Answer) => {
    const [row] = await query<{
      generation: number;
      revoked_reason: string | null;
    }>(
      one,
      "SELECT generation, revoked_reason FROM google_auth.sessions WHERE id = $1",
      [answer.body.sessionId],
    );
    return row;
  };

  it("answers as a sign-in does, with new tokens of the same session", async () => {
    const signedIn = await newSession();
    step(1);
    const answer = await refresh(one, tokenOf(signedIn));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const { isNewUser, ...same } = signedIn.body;
    expect(isNewUser).toBe(true);
    expect(Object.keys(answer.body).sort()).toEqual(Object.keys(same).sort());
    expect(answer.body).toMatchObject({
      tokenType: "Bearer",
      expiresIn: 900,
      refreshExpiresIn: 2_592_000,
      sessionId: signedIn.body.sessionId,
      user: signedIn.user,
    });
    expect(tokenOf(answer)).not.toBe(tokenOf(signedIn));
    const accessToken = String(answer.body.accessToken);
    expect(accessToken).not.toBe(signedIn.accessToken);
    const me = await getWithToken(one, "/users/me", accessToken);
    expect(me.body.id).toBe(signedIn.user.id);
  });

  it("goes on for as long as the chain is followed, and keeps the session alive", async () => {
    const signedIn = await newSession();
    let token = tokenOf(signedIn);
    for (let day = 0; day < 85; day++) {
      step(24 * 3600);
      const answer = await refresh(day % 2 ? one : other, token);
      expect(verdict(answer)).toBe("200");
      token = tokenOf(answer);
    }
    step(6 * 24 * 3600);
    expect(verdict(await refresh(one, token))).toBe("401 session_expired");
  });

  it("after a month without use is over", async () => {
    const signedIn = await newSession();
    step(2_592_000);
    expect(verdict(await refresh(one, tokenOf(signedIn)))).toBe(
      "401 session_expired",
    );
  });

  it("the same token 50 times at once on two instances gives one successor to all, round after round", async () => {
    let { body } = await newSession();
    for (let round = 0; round < rounds(10, 200); round++) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          refresh(index % 2 ? one : other, body.refreshToken),
        ),
      );
      expect(new Set(answers.map(verdict))).toEqual(new Set(["200"]));
      expect(new Set(answers.map(tokenOf)).size).toBe(1);
      const [first] = answers;
      if (!first) throw new Error("There are 50");
      expect((await sessionRow(first))?.generation).toBe(round + 2);
      body = first.body;
      step(11);
    }
  }, 180_000);

  it("a token that comes again within the grace gets the same successor, on any instance", async () => {
    const signedIn = await newSession();
    const first = await refresh(one, tokenOf(signedIn));
    step(9);
    const again = await refresh(other, tokenOf(signedIn));
    expect(tokenOf(again)).toBe(tokenOf(first));
    const next = await refresh(one, tokenOf(again));
    expect(verdict(next)).toBe("200");
    // Its grace began when it was replaced, not when it was asked for last.
    step(2);
    expect(verdict(await refresh(one, tokenOf(signedIn)))).toBe(
      "401 session_revoked",
    );
  });

  it("a token that comes after its successor was replaced ends the session everywhere, and is in the audit log", async () => {
    const signedIn = await newSession();
    const next = await refresh(
      one,
      tokenOf(await refresh(one, tokenOf(signedIn))),
    );
    step(11);
    expect(verdict(await refresh(other, tokenOf(signedIn)))).toBe(
      "401 session_revoked",
    );
    expect((await sessionRow(signedIn))?.revoked_reason).toBe("refresh_reused");
    for (const service of [one, other]) {
      expect(verdict(await refresh(service, tokenOf(next)))).toBe(
        "401 session_revoked",
      );
    }
    const restarted = await start();
    try {
      expect(verdict(await refresh(restarted, tokenOf(next)))).toBe(
        "401 session_revoked",
      );
      const me = await getWithToken(
        restarted,
        "/users/me",
        String(next.body.accessToken),
      );
      expect([me.status, me.body.reason]).toEqual([401, "session_ended"]);
    } finally {
      await restarted.stop();
    }
    const lines = await query<{ event: string; user_id: string }>(
      one,
      "SELECT event, user_id FROM google_auth.audit_events WHERE session_id = $1 AND event = 'refresh_reused'",
      [signedIn.body.sessionId],
    );
    expect(lines).toEqual([
      { event: "refresh_reused", user_id: signedIn.user.id },
    ]);
  });

  it("a token whose answer was lost gets its successor hours later, three times in 30 days", async () => {
    const { body } = await newSession();
    const refreshLate = async (token: unknown) => {
      const lost = await refresh(one, token);
      step(5 * 3600);
      const late = await refresh(other, token);
      return { lost, late };
    };
    let token: unknown = body.refreshToken;
    for (let round = 1; round <= 3; round++) {
      const { lost, late } = await refreshLate(token);
      expect([round, verdict(late)]).toEqual([round, "200"]);
      expect(tokenOf(late)).toBe(tokenOf(lost));
      // A retry of the retry counts once.
      step(9);
      expect(tokenOf(await refresh(one, token))).toBe(tokenOf(lost));
      token = tokenOf(late);
    }
    const lines = await query(
      one,
      "SELECT FROM google_auth.audit_events WHERE session_id = $1 AND event = 'refresh_retried_late'",
      [body.sessionId],
    );
    expect(lines).toHaveLength(3);
    const { lost, late } = await refreshLate(token);
    expect(verdict(late)).toBe("401 session_revoked");
    expect(verdict(await refresh(one, tokenOf(lost)))).toBe(
      "401 session_revoked",
    );
  });

  it("a late retry that comes 50 times at once counts once", async () => {
    const { body } = await newSession();
    const next = await refresh(one, body.refreshToken);
    step(3600);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        refresh(index % 2 ? one : other, body.refreshToken),
      ),
    );
    expect(new Set(answers.map(tokenOf))).toEqual(new Set([tokenOf(next)]));
    const [row] = await query<{ count: number }>(
      one,
      "SELECT cardinality(late_retries) AS count FROM google_auth.sessions WHERE id = $1",
      [body.sessionId],
    );
    expect(row?.count).toBe(1);
  });

  it("altered and foreign tokens are refused and end nothing", async () => {
    const signedIn = await newSession();
    const stranger = await newSession();
    const good = tokenOf(signedIn);
    const [version, id, generation, proof = ""] = good.split(".");
    const bad = [
      "",
      "x",
      good.slice(0, -1),
      `${good}A`,
      [version, id, "2", proof].join("."),
      [version, stranger.body.sessionId, generation, proof].join("."),
      [
        version,
        id,
        generation,
        proof.replace(/^./, (first) => (first === "-" ? "A" : "-")),
      ].join("."),
      signedIn.accessToken,
      await google.idToken(),
    ];
    for (const token of bad) {
      const answer = await refresh(one, token);
      expect([token, verdict(answer)]).toEqual([
        token,
        token === "" ? "400 invalid_request" : "401 invalid_refresh_token",
      ]);
    }
    for (const shape of [null, 1, [good], { token: good }, true]) {
      expect(verdict(await refresh(one, shape))).toBe("400 invalid_request");
    }
    expect(await sessionRow(signedIn)).toEqual({
      generation: 1,
      revoked_reason: null,
    });
    expect(verdict(await refresh(one, good))).toBe("200");
  });

  it("of a disabled or deleted user is refused", async () => {
    const [disabled, deleted] = [await newSession(), await newSession()];
    await query(
      one,
      "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
      [disabled.user.id],
    );
    await query(one, "DELETE FROM google_auth.users WHERE id = $1", [
      deleted.user.id,
    ]);
    expect(verdict(await refresh(one, tokenOf(disabled)))).toBe(
      "403 account_disabled",
    );
    expect(verdict(await refresh(one, tokenOf(deleted)))).toBe(
      "401 session_revoked",
    );
  });

  it("sees the roles of today", async () => {
    const signedIn = await newSession();
    await query(
      one,
      "UPDATE google_auth.users SET roles = '{editor}' WHERE id = $1",
      [signedIn.user.id],
    );
    const answer = await refresh(one, tokenOf(signedIn));
    const [, payload = ""] = String(answer.body.accessToken).split(".");
    const claims = JSON.parse(
      Buffer.from(payload, "base64url").toString(),
    ) as Record<string, unknown>;
    expect(claims.roles).toEqual(["editor"]);
  });

  it("a clock that jumps an hour back or forth signs nobody out", async () => {
    const signedIn = await newSession();
    const first = await refresh(one, tokenOf(signedIn));
    step(3600);
    const second = await refresh(one, tokenOf(first));
    step(-3600);
    const third = await refresh(one, tokenOf(second));
    expect([first, second, third].map(verdict)).toEqual(["200", "200", "200"]);
  });

  it("has tokens that no log line holds", async () => {
    const signedIn = await newSession();
    const answer = await refresh(one, tokenOf(signedIn));
    const log = [...one.logLines, ...other.logLines].join("\n");
    for (const { body } of [signedIn, answer]) {
      for (const token of [body.refreshToken, body.accessToken]) {
        for (const part of String(token).split(".")) {
          if (part.length < 40) continue;
          expect(log.includes(part)).toBe(false);
        }
      }
    }
  });
});
