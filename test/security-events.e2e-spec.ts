import { newAccount } from "../src/testing/google-accounts";
import type { SecurityEventTokenOptions } from "../src/testing/google-other-tokens.mint";
import { call, type Person, person, refusal } from "./support/calls";
import { Instances } from "./support/instances";
import { postJson, signIn } from "./support/requests";
import { query } from "./support/rows";
import { eventUri, report, reportLines } from "./support/security-events";
import { SignInLoad, tally } from "./support/sign-in-load";

/** What an event does to the sessions and the account of whom it is about. */
interface Expectation {
  readonly name: string;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly eventType?: string;
  readonly endsSessions: boolean;
  readonly blocks: boolean;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
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
    details: { sessionsEnded: 2 },
  })),
  {
    ...{ name: "account-disabled for hijacking", ...disabled, ...blocking },
    event: { reason: "hijacking" },
    details: { reason: "hijacking", blocked: true, sessionsEnded: 2 },
  },
  {
    ...{ name: "account-disabled for no reason", ...disabled, ...blocking },
    details: { blocked: true, sessionsEnded: 2 },
  },
  {
    ...{ name: "account-disabled for a new reason", ...disabled, ...blocking },
    event: { reason: "abduction" },
    details: { reason: "abduction", blocked: true, sessionsEnded: 2 },
  },
  {
    ...{ name: "account-disabled for a list", ...disabled, ...blocking },
    event: { reason: ["bulk-account"] },
    details: { reason: "unreadable", blocked: true, sessionsEnded: 2 },
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
  ...["account-credential-change-required", "token-revoked"].map((reason) => ({
    ...{ name: reason, eventType: eventUri(reason), ...harmless, reason },
    details: {},
  })),
  {
    ...{ name: "an event of next year", ...harmless, reason: "unknown" },
    eventType: "https://example.com/event/new",
    details: { uri: "https://example.com/event/new" },
  },
  {
    ...{
      name: "all-token-revoked of old",
      ...ending,
      reason: "tokens-revoked",
    },
    eventType: "https://accounts.google.com/risc/event/all-token-revoked",
    details: { sessionsEnded: 2 },
  },
  {
    ...{ name: "account-disabled of old", ...blocking },
    eventType: "https://accounts.google.com/risc/event/account-disabled",
    reason: "account-disabled",
    details: { blocked: true, sessionsEnded: 2 },
  },
];

describe("what Google reports of an account", () => {
  let service: Instances;

  beforeAll(async () => {
    service = await Instances.start();
  });

  afterAll(() => service.stop());

  const tell = (options: SecurityEventTokenOptions) =>
    report(service.one, service.google, options);

  /** How somebody fares who comes with a token issued so many seconds ago. */
  async function outcome({ account }: Person, issuedSecondsAgo: number) {
    const options = { account, issuedSecondsAgo };
    const idToken = await service.google.idToken(options);
    const { status, body } = await signIn(service.one, idToken);
    return [status, body.code, body.reason].filter(Boolean).join(" ");
  }

  it.each(events)(
    "S-001 $name does what it should, to this user only",
    async ({ endsSessions, blocks, eventType, event, reason, details }) => {
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
        { userId: victim.id, reason, details: { ...details, occurredAt } },
      ]);
    },
  );

  it("S-015 of an account that nobody has here is heard, and changes nothing", async () => {
    const rows = () => query(service.one, "SELECT xmin, * FROM identities");
    const before = await rows();
    await tell({ account: newAccount() });
    expect(await rows()).toEqual(before);
    expect((await reportLines(service.one)).at(-1)?.userId).toBeNull();
  });

  it("S-017 by an e-mail address only is heard, and changes nothing", async () => {
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

  it("S-013 of several events in one token each is done", async () => {
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

  describe("out of order", () => {
    const disable = (who: Person, issuedSecondsAgo: number) =>
      tell({
        ...{ account: who.account, issuedSecondsAgo },
        eventType: eventUri("account-disabled"),
        event: { reason: "hijacking" },
      });
    const enable = (who: Person, issuedSecondsAgo: number) =>
      tell({
        ...{ account: who.account, issuedSecondsAgo },
        eventType: eventUri("account-enabled"),
      });

    it("the newest event counts, whichever comes last", async () => {
      const victim = await service.person();
      await enable(victim, 10);
      await disable(victim, 20);
      expect(await outcome(victim, 0)).toBe("200");
      await disable(victim, 5);
      await enable(victim, 6);
      expect(await outcome(victim, 0)).toBe(
        "403 account_disabled blocked_by_provider",
      );
      await enable(victim, 4);
      expect(await outcome(victim, 0)).toBe("200");
    });

    it("of two at the same second the one that protects counts", async () => {
      const victim = await service.person();
      for (const [first, last] of [
        [enable, disable],
        [disable, enable],
      ] as const) {
        await first(victim, 10);
        await last(victim, 10);
        expect(await outcome(victim, 0)).toBe(
          "403 account_disabled blocked_by_provider",
        );
      }
    });

    it("an old event leaves the sessions that were proved after it", async () => {
      const victim = await service.person();
      await tell({ account: victim.account, issuedSecondsAgo: 60 });
      expect((await service.me(victim)).status).toBe(200);
      expect(await outcome(victim, 61)).toMatch(/issued_before_revocation$/);
      expect(await outcome(victim, 59)).toBe("200");
    });
  });

  it("whom our administrators have shut out, Google does not let in again", async () => {
    const admin = await service.personWithRoles("admin");
    const victim = await service.person();
    const path = `/admin/users/${victim.id}`;
    const status = "disabled";
    await call(service.one, "PATCH", path, admin.accessToken, { status });
    const eventType = eventUri("account-enabled");
    await tell({ account: victim.account, eventType });
    expect(await outcome(victim, -5)).toBe("403 account_disabled");
    await call(service.one, "PATCH", path, admin.accessToken, {
      status: "active",
    });
    expect(await outcome(victim, -5)).toBe("200");
  });

  it("and our administrators do not let in whom Google has shut out", async () => {
    const admin = await service.personWithRoles("admin");
    const victim = await service.person();
    const eventType = eventUri("account-disabled");
    await tell({ account: victim.account, eventType });
    const path = `/admin/users/${victim.id}`;
    for (const status of ["disabled", "active"]) {
      await call(service.one, "PATCH", path, admin.accessToken, { status });
    }
    expect(await outcome(victim, -5)).toBe(
      "403 account_disabled blocked_by_provider",
    );
  });

  it("S-029 leaves no session of before, however many sign in at that moment", async () => {
    const victim = await service.person();
    const { account } = victim;
    let age = 100;
    for (let round = 0; round < 5; round++) {
      // As if both were delivered late: older than whatever is signed now.
      const issuedSecondsAgo = age--;
      const load = SignInLoad.start(
        round % 2 ? service.one : service.other,
        () => service.google.idToken({ account, issuedSecondsAgo }),
      );
      await load.more(4);
      await tell({ account, issuedSecondsAgo });
      await load.more(4);
      const outcomes = tally(await load.stop());
      expect(Object.keys(outcomes).sort()).toEqual([
        "200",
        "401 invalid_token issued_before_revocation",
      ]);
      const alive = await query(
        service.one,
        `SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL
         AND proved_at < $2`,
        [victim.id, new Date(Date.now() - 50_000)],
      );
      expect(alive).toEqual([]);
    }
  });

  it("R-009 ends what a refresh token is good for", async () => {
    const victim = await person(service.one, service.google);
    await tell({ account: victim.account });
    const { refreshToken } = victim;
    const answer = await postJson(service.other, "/auth/refresh", {
      refreshToken,
    });
    expect(refusal(answer)).toEqual([401, "session_revoked"]);
  });
});
