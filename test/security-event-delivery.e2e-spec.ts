import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import type { SecurityEventTokenOptions } from "../src/testing/google/other-tokens.mint";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { call, type Person, person } from "./support/calls";
import { signIn } from "./support/requests";
import { query } from "./support/rows";
import { deliver, eventUri, reportLines } from "./support/security-events";
import { TcpProxy } from "./support/tcp-proxy";

describe("delivering a security event token", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let network: TcpProxy;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    network = await TcpProxy.to(database.url);
    service = await TestService.start(google, {
      database,
      env: { DATABASE_URL: network.url },
    });
  });

  afterAll(async () => {
    await service.stop();
    await network.stop();
    await database.destroy();
    await google.stop();
  });

  const mint = (options: SecurityEventTokenOptions = {}) =>
    google.securityEventToken({ account: newAccount(), ...options });

  const tokens = async () =>
    query<{ id: string }>(
      service,
      "SELECT id FROM google_auth.security_events",
    );

  /** Whether the access token is still accepted. */
  const isSignedIn = async ({ accessToken }: Person) =>
    (await call(service, "GET", "/users/me", accessToken)).status === 200;

  it("S-001 is answered 202 without a body, and cannot be cached", async () => {
    const answer = await deliver(service, await mint());
    expect([answer.status, answer.body]).toEqual([202, {}]);
    expect(answer.headers.get("content-length")).toBe("0");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("S-008 takes effect at any age", async () => {
    const victim = await person(service, google);
    const { account } = victim;
    const days = (count: number) => count * 24 * 3600;
    const answer = await deliver(
      service,
      await mint({ account, issuedSecondsAgo: days(30) }),
    );
    expect(answer.status).toBe(202);
    expect((await reportLines(service)).at(-1)?.userId).toBe(victim.id);
    // But not on sessions whose user has signed in since.
    expect(await isSignedIn(victim)).toBe(true);
  });

  it("S-010 twenty times at once, and again later, takes effect once", async () => {
    const victim = await person(service, google);
    const token = await mint({
      ...{ account: victim.account, issuedSecondsAgo: -1 },
      eventType: eventUri("account-disabled"),
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => deliver(service, token)),
    );
    answers.push(await deliver(service, token));
    expect(answers.map(({ status }) => status)).toEqual(Array(21).fill(202));
    const lines = await reportLines(service);
    expect(lines.filter(({ userId }) => userId === victim.id)).toHaveLength(1);
    // After the account was enabled, the old token must not disable it again.
    const eventType = eventUri("account-enabled");
    await deliver(
      service,
      await mint({ account: victim.account, issuedSecondsAgo: -2, eventType }),
    );
    await deliver(service, token);
    const { account } = victim;
    const idToken = await google.idToken({ account, issuedSecondsAgo: -5 });
    expect((await signIn(service, idToken)).status).toBe(200);
  });

  it("S-011 with the jti of another has no effect", async () => {
    const victim = await person(service, google);
    const first = await mint({ claims: { jti: "one-id-of-two-tokens" } });
    const other = await mint({
      claims: { jti: "one-id-of-two-tokens" },
      account: victim.account,
    });
    for (const token of [first, other]) {
      expect((await deliver(service, token)).status).toBe(202);
    }
    expect(await isSignedIn(victim)).toBe(true);
  });

  it("S-023 of a verification writes its state to the audit log, truncated and cleaned", async () => {
    const state = `<script>\u0000${"x".repeat(10_000)}`.slice(0, 3000);
    const token = await mint({
      eventType: eventUri("verification"),
      claims: {
        events: { [eventUri("verification")]: { state } },
      },
    });
    expect((await deliver(service, token)).status).toBe(202);
    const line = (await reportLines(service)).at(-1);
    expect(line?.reason).toBe("verification");
    const kept = String(line?.details.state);
    expect(kept).toMatch(/^<script>/);
    expect(kept).not.toContain("\u0000");
    expect(kept.length).toBeLessThanOrEqual(200);
  });

  it("S-027 among 500 forged ones takes effect if it is genuine", async () => {
    const victim = await person(service, google);
    const forged = await mint({ signWith: "foreign" });
    const header = Buffer.from('{"alg":"RS256","kid":"nobodys","typ":"JWT"}');
    const strange = `${header.toString("base64url")}.e30.AAAA`;
    const flood = Array.from({ length: 500 }, (_, index) =>
      deliver(service, index % 2 ? forged : strange),
    );
    const genuine = await deliver(
      service,
      await mint({ account: victim.account }),
    );
    expect(genuine.status).toBe(202);
    const answers = await Promise.all(flood);
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([400]),
    );
    expect(await isSignedIn(victim)).toBe(false);
  });

  it("S-028 is 503 while the database is unavailable, and takes effect when it is sent again", async () => {
    const victim = await person(service, google);
    const token = await mint({ account: victim.account });
    await network.cut();
    const answer = await deliver(service, token);
    expect([answer.status, answer.body.code]).toEqual([
      503,
      "service_unavailable",
    ]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    await network.restore();
    expect((await deliver(service, token)).status).toBe(202);
    expect(await isSignedIn(victim)).toBe(false);
  });

  it("S-028 is rolled back if only a part of it succeeds", async () => {
    const victim = await person(service, google);
    const token = await mint({
      ...{ account: victim.account, issuedSecondsAgo: -1 },
      eventType: eventUri("account-disabled"),
    });
    await query(
      service,
      "ALTER TABLE google_auth.audit_events RENAME TO audit_away",
    );
    const failed = await deliver(service, token);
    expect(failed.status).toBe(500);
    await query(
      service,
      "ALTER TABLE google_auth.audit_away RENAME TO audit_events",
    );
    expect(await isSignedIn(victim)).toBe(true);
    expect((await deliver(service, token)).status).toBe(202);
    expect(await isSignedIn(victim)).toBe(false);
  });

  it("S-006 is 503 if Google's keys are unavailable", async () => {
    google.setFault(googlePaths.certs, { status: 500 });
    await using cold = await TestService.start(google, { database });
    const token = await mint();
    const answer = await deliver(cold, token);
    google.clearFaults();
    expect([answer.status, answer.body.code]).toEqual([
      503,
      "identity_provider_unavailable",
    ]);
    expect(await tokens()).not.toContainEqual({ id: jtiOf(token) });
  });
});

function jtiOf(token: string): unknown {
  const [, payload = ""] = token.split(".");
  const text = Buffer.from(payload, "base64url").toString();
  return (JSON.parse(text) as { jti: unknown }).jti;
}
