import { newAccount } from "../src/testing/google/accounts";
import type { SecurityEventTokenOptions } from "../src/testing/google/other-tokens.mint";
import { type Person, person, refusal } from "./support/calls";
import { Instances } from "./support/instances";
import { postJson, signIn } from "./support/requests";
import { query } from "./support/rows";
import { eventUri, report, reportLines } from "./support/security-events";
import { SignInLoad, tally } from "./support/sign-in-load";

/** The effect of an event on its account and the account's sessions. */
interface Expectation {
  readonly name: string;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly eventType?: string;
  readonly endsSessions: boolean;
  readonly blocks: boolean;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Whether it names no account. */
  readonly namesNobody?: boolean;
}

const harmless = { endsSessions: false, blocks: false };
const ending = { endsSessions: true, blocks: false };
const blocking = { endsSessions: true, blocks: true };
const disabled = {
  eventType: eventUri("account-disabled"),
  reason: "account-disabled",
};

const events: readonly Expectation[] = [
  ...["sessions-revoked", "tokens-revoked"].map((reason) => ({
    ...{ name: reason, eventType: eventUri(reason), ...ending, reason },
    details: { sessionsEnded: true },
  })),
  {
    ...{ name: "account-disabled for hijacking", ...disabled, ...blocking },
    event: { reason: "hijacking" },
    details: { reason: "hijacking", blocked: true, sessionsEnded: true },
  },
  {
    ...{ name: "account-disabled without a reason", ...disabled, ...blocking },
    details: { blocked: true, sessionsEnded: true },
  },
  {
    ...{
      name: "account-disabled with an unknown reason",
      ...disabled,
      ...blocking,
    },
    event: { reason: "abduction" },
    details: { reason: "abduction", blocked: true, sessionsEnded: true },
  },
  {
    ...{
      name: "account-disabled with a list as reason",
      ...disabled,
      ...blocking,
    },
    event: { reason: ["bulk-account"] },
    details: { reason: "unreadable", blocked: true, sessionsEnded: true },
  },
  {
    ...{ name: "account-disabled as one of many", ...disabled, ...harmless },
    event: { reason: "bulk-account" },
    details: { reason: "bulk-account" },
  },
  {
    ...{ name: "account-enabled", ...harmless, reason: "account-enabled" },
    eventType: eventUri("account-enabled"),
    details: { unblocked: true },
  },
  {
    ...{ name: "account-credential-change-required", ...harmless },
    eventType: eventUri("account-credential-change-required"),
    reason: "account-credential-change-required",
    details: {},
  },
  {
    // Its subject is one of Google's refresh tokens.
    ...{ name: "token-revoked", ...harmless, namesNobody: true },
    eventType: eventUri("token-revoked"),
    reason: "token-revoked",
    details: {},
  },
  {
    ...{ name: "an unknown event", ...harmless, reason: "unknown" },
    eventType: "https://example.com/event/new",
    details: { uri: "https://example.com/event/new" },
  },
  {
    ...{
      name: "all-token-revoked with its older URI",
      ...ending,
      reason: "tokens-revoked",
    },
    eventType: "https://accounts.google.com/risc/event/all-token-revoked",
    details: { sessionsEnded: true },
  },
  {
    ...{ name: "account-disabled with its older URI", ...blocking },
    eventType: "https://accounts.google.com/risc/event/account-disabled",
    reason: "account-disabled",
    details: { blocked: true, sessionsEnded: true },
  },
];

describe("Google's events about an account", () => {
  let service: Instances;

  beforeAll(async () => {
    service = await Instances.start();
  });

  afterAll(() => service.stop());

  const tell = (options: SecurityEventTokenOptions) =>
    report(service.one, service.google, options);

  /** The outcome of a sign-in with a token issued this many seconds ago. */
  async function outcome({ account }: Person, issuedSecondsAgo: number) {
    const options = { account, issuedSecondsAgo };
    const idToken = await service.google.idToken(options);
    const { status, body } = await signIn(service.one, idToken);
    return [status, body.code, body.reason].filter(Boolean).join(" ");
  }

  it.each(events)(
    "S-001 $name has its effect, on this user only",
    async ({ endsSessions, blocks, ...expectation }) => {
      const { eventType, event, reason, details, namesNobody } = expectation;
      const victim = await service.person();
      const second = await service.person(victim.account);
      const stranger = await service.person();
      const before = await reportLines(service.one);
      await tell({ account: victim.account, eventType, event });
      for (const session of [victim, second]) {
        if (endsSessions) await service.expectSignedOut(session);
        else expect((await service.me(session)).status).toBe(200);
      }
      expect((await service.me(stranger)).status).toBe(200);
      expect(await outcome(stranger, 10)).toBe("200");
      expect(await outcome(victim, -5)).toBe(
        blocks ? "403 account_disabled blocked_by_provider" : "200",
      );
      expect(await outcome(victim, 10)).toBe(
        blocks
          ? "403 account_disabled blocked_by_provider"
          : endsSessions
            ? "401 invalid_token issued_before_revocation"
            : "200",
      );
      const lines = (await reportLines(service.one)).slice(before.length);
      const occurredAt = expect.any(String) as unknown;
      expect(lines).toEqual([
        {
          userId: namesNobody ? null : victim.id,
          ...{ reason, details: { ...details, occurredAt } },
        },
      ]);
    },
  );

  it("S-015 about an unknown account are accepted and change nothing", async () => {
    const rows = () =>
      query(service.one, "SELECT xmin, * FROM google_auth.identities");
    const before = await rows();
    await tell({ account: newAccount() });
    expect(await rows()).toEqual(before);
    expect((await reportLines(service.one)).at(-1)?.userId).toBeNull();
  });

  it("S-017 with only an e-mail address are accepted and change nothing", async () => {
    const victim = await service.person();
    const email = victim.account.email;
    await tell({ event: { subject: { subject_type: "email", email } } });
    await tell({
      eventType: eventUri("account-disabled"),
      event: { subject: { format: "email", email }, reason: "hijacking" },
    });
    expect((await service.me(victim)).status).toBe(200);
    expect(await outcome(victim, 10)).toBe("200");
  });

  it("S-013 all take effect if several are in one token", async () => {
    const [victim, other] = [await service.person(), await service.person()];
    const subject = (who: Person) => ({
      subject: {
        subject_type: "iss-sub",
        iss: "https://accounts.google.com/",
        sub: who.account.sub,
      },
    });
    await tell({
      claims: {
        events: {
          "https://example.com/unknown": {},
          [eventUri("sessions-revoked")]: subject(victim),
          [eventUri("account-disabled")]: subject(other),
        },
      },
    });
    await service.expectSignedOut(victim);
    await service.expectSignedOut(other);
    expect(await outcome(victim, -5)).toBe("200");
    expect(await outcome(other, -5)).toBe(
      "403 account_disabled blocked_by_provider",
    );
  });

  it("S-029 end every earlier session, even during concurrent sign-ins", async () => {
    const victim = await service.person();
    const { account } = victim;
    // Delivered late: older than every token that is issued now.
    let iat = Math.floor(Date.now() / 1000) - 100;
    for (let round = 0; round < 5; round++) {
      iat++;
      const claims = { iat, exp: iat + 3600 };
      const load = SignInLoad.start(
        round % 2 ? service.one : service.other,
        () => service.google.idToken({ account, claims }),
      );
      await load.more(4);
      await tell({ account, claims: { iat } });
      await load.more(4);
      const outcomes = tally(await load.stop());
      expect(Object.keys(outcomes).sort()).toEqual([
        "200",
        "401 invalid_token issued_before_revocation",
      ]);
      const alive = await query(
        service.one,
        `SELECT id FROM google_auth.sessions WHERE user_id = $1 AND revoked_at IS NULL
         AND proved_at < $2 AND NOT EXISTS (
           SELECT FROM google_auth.session_cutoffs
           WHERE session_cutoffs.user_id = $1
             AND sessions.authenticated_at < session_cutoffs.not_before)`,
        [victim.id, new Date(Date.now() - 50_000)],
      );
      expect(alive).toEqual([]);
    }
  });

  it("R-009 end the use of refresh tokens", async () => {
    const victim = await person(service.one, service.google);
    await tell({ account: victim.account });
    const { refreshToken } = victim;
    const answer = await postJson(service.other, "/auth/refresh", {
      refreshToken,
    });
    expect(refusal(answer)).toEqual([401, "session_revoked"]);
  });
});
