import { type GoogleAccount, newAccount } from "../src/testing/google/accounts";
import { call, type Person, refusal } from "./support/calls";
import { Linking } from "./support/linking";
import { signIn } from "./support/requests";
import { query, rowCounts } from "./support/rows";
import { eventUri, report } from "./support/security-events";

/** Attacks with a stolen token, a stolen account or a known subject. */
describe("an attacker with a stolen token of a user", () => {
  let site: Linking;

  beforeEach(async () => {
    site = await Linking.start();
  });

  afterEach(() => site.stop());

  const reported = (account: GoogleAccount, name: string, ago = 0) =>
    report(site.service, site.google, {
      ...{ account, issuedSecondsAgo: ago, eventType: eventUri(name) },
      ...(name === "account-disabled" && { event: { reason: "hijacking" } }),
    });
  /**
   * The outcome of a sign-in with a token of this account, issued this many
   * seconds ago.
   */
  const outcome = async (account: GoogleAccount, ago = 0) => {
    const options = { account, issuedSecondsAgo: ago };
    const idToken = await site.google.idToken(options);
    const { status, body } = await signIn(site.service, idToken);
    return [status, body.code, body.reason].filter(Boolean).join(" ");
  };
  const blocked = "403 account_disabled blocked_by_provider";
  const me = ({ accessToken }: Person) =>
    call(site.service, "GET", "/users/me", accessToken);
  const linked = async (who: Person, account: GoogleAccount) => {
    site.clock.advance(1);
    const { status, body } = await site.linkAccount(who, account);
    expect(status).toBe(200);
    return body.id;
  };

  it("cannot link or unlink with an access token older than a few minutes", async () => {
    const owner = await site.person();
    await linked(owner, newAccount());
    site.clock.advance(301);
    const [id] = await site.idsOf(owner);
    const answers = [
      await site.linkAccount(owner, newAccount()),
      await site.unlink(owner, id),
    ];
    expect(answers.map(refusal)).toEqual([
      [401, "reauthentication_required"],
      [401, "reauthentication_required"],
    ]);
    expect(await site.idsOf(owner)).toHaveLength(2);
  });

  it("is signed out by Google's report even after linking and unlinking another account", async () => {
    const owned = await site.person();
    const own = newAccount();
    await linked(owned, own);
    const [first] = await site.idsOf(owned);
    expect((await site.unlink(owned, first)).status).toBe(204);
    const hijacker = await site.person(own);
    expect(hijacker.id).toBe(owned.id);
    await reported(owned.account, "account-disabled");
    expect(refusal(await me(hijacker))).toEqual([401, "unauthenticated"]);
    expect([await outcome(own), await outcome(owned.account)]).toEqual([
      ...[blocked, blocked],
    ]);
    await reported(owned.account, "account-enabled", -1);
    expect((await signedIn(own)).id).toBe(owned.id);
  });

  it("cannot remove a block or a revocation by unlinking or deleting", async () => {
    const bad = newAccount();
    const owner = await site.person();
    await linked(owner, bad);
    const [, id] = await site.idsOf(owner);
    await reported(bad, "sessions-revoked", 30);
    await reported(bad, "account-disabled");
    const again = await signedIn(owner.account);
    expect((await site.unlink(again, id)).status).toBe(204);
    expect(await outcome(bad)).toBe(blocked);
    const { accessToken } = await signedIn(owner.account);
    const deleted = await call(
      ...([site.service, "DELETE", "/users/me", accessToken] as const),
    );
    expect(deleted.status).toBe(204);
    expect(await outcome(bad)).toBe(blocked);
    await reported(bad, "account-enabled", -1);
    expect(await outcome(bad, 31)).toBe(
      "401 invalid_token issued_before_revocation",
    );
    expect(await rowCounts(site.service)).toMatchObject({ users: 0 });
    expect(await outcome(bad, -1)).toBe("200");
  });

  it("cannot sign in with an account that was reported before its first sign-in", async () => {
    const unknown = newAccount();
    await reported(unknown, "account-disabled");
    expect(await outcome(unknown)).toBe(blocked);
    expect(await rowCounts(site.service)).toMatchObject({ users: 0 });
  });

  it("loses the admin role together with the address that granted it", async () => {
    const boss = { ...newAccount(), email: "boss@gmail.com" };
    const service = await site.another(
      { ADMIN_EMAILS: boss.email },
      site.service.database,
    );
    try {
      const first = await site.person(boss, service);
      expect(first.user.roles).toEqual(["admin"]);
      const other = newAccount();
      await linked(first, other);
      const [own] = await site.idsOf(first);
      expect((await site.unlink(first, own)).status).toBe(204);
      expect(refusal(await me(first))).toEqual([401, "unauthenticated"]);
      const later = await signedIn(other);
      expect([later.id, later.user.roles]).toEqual([first.id, []]);
    } finally {
      await service.stop();
    }
  });

  it("finds no subject in what is kept of a report after a deletion", async () => {
    const owner = await site.person();
    await reported(owner.account, "sessions-revoked", 30);
    const { accessToken } = await signedIn(owner.account);
    await call(site.service, "DELETE", "/users/me", accessToken);
    const tables = await query<{ content: string }>(
      site.service,
      `SELECT coalesce(string_agg(row::text, ' '), '') AS content FROM (
         SELECT to_jsonb(t) AS row FROM google_auth.security_events t
         UNION ALL SELECT to_jsonb(t) FROM google_auth.audit_events t
         UNION ALL SELECT to_jsonb(t) FROM google_auth.identity_standings t
         UNION ALL SELECT to_jsonb(t) FROM google_auth.sessions t) AS rows`,
    );
    expect(tables[0]?.content).toContain("sessions-revoked");
    expect(tables[0]?.content).not.toContain(owner.account.sub);
    expect(tables[0]?.content).not.toContain(owner.account.email);
  });

  const signedIn = (account: GoogleAccount) => site.person(account);
});
