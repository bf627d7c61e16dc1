import { newAccount } from "../src/testing/google/accounts";
import type { SecurityEventTokenOptions } from "../src/testing/google/other-tokens.mint";
import { call, type Person } from "./support/calls";
import { Instances } from "./support/instances";
import { signIn } from "./support/requests";
import { eventUri, report } from "./support/security-events";

describe("the order of Google's events", () => {
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

  describe("when they arrive out of order", () => {
    // All tests use one point in time, although the clock advances between
    // them.
    const start = Math.floor(Date.now() / 1000);
    const claims = (secondsAgo: number) => ({ iat: start - secondsAgo });
    const disable = (who: Person, secondsAgo: number) =>
      tell({
        ...{ account: who.account, claims: claims(secondsAgo) },
        eventType: eventUri("account-disabled"),
        event: { reason: "hijacking" },
      });
    const enable = (who: Person, secondsAgo: number) =>
      tell({
        ...{ account: who.account, claims: claims(secondsAgo) },
        eventType: eventUri("account-enabled"),
      });

    it("the newest event applies, regardless of the order of arrival", async () => {
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

    it("of two events in the same second, the protecting one applies", async () => {
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

    it("an old event keeps the sessions that were authenticated after it", async () => {
      const victim = await service.person();
      await tell({ account: victim.account, issuedSecondsAgo: 60 });
      expect((await service.me(victim)).status).toBe(200);
      expect(await outcome(victim, 61)).toMatch(/issued_before_revocation$/);
      expect(await outcome(victim, 59)).toBe("200");
    });
  });

  it("an event ends the sessions authenticated before it and keeps those authenticated since", async () => {
    const account = newAccount();
    const proved = async (issuedSecondsAgo: number) => {
      const options = { account, issuedSecondsAgo };
      const idToken = await service.google.idToken(options);
      return service.person(account, { idToken });
    };
    const old = await proved(120);
    const since = await proved(10);
    await tell({ account, issuedSecondsAgo: 60 });
    await service.expectSignedOut(old);
    expect((await service.me(since)).status).toBe(200);
  });

  it("Google cannot enable a user whom our administrators disabled", async () => {
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

  it("our administrators cannot enable an account that Google blocked", async () => {
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
});
