import { getWithToken } from "./support/requests";
import { query } from "./support/rows";
import {
  refresh,
  tokenOf,
  useRefreshing,
  verdict,
} from "./support/use-refreshing";

describe("refreshing with a token that is not the newest one", () => {
  const site = useRefreshing();

  it("a reuse within the grace period returns the same successor, on any instance", async () => {
    const signedIn = await site.newSession();
    const first = await refresh(site.one, tokenOf(signedIn));
    site.step(9);
    const again = await refresh(site.other, tokenOf(signedIn));
    expect(tokenOf(again)).toBe(tokenOf(first));
    const next = await refresh(site.one, tokenOf(again));
    expect(verdict(next)).toBe("200");
    // The grace period starts at the replacement, not at the last reuse.
    site.step(2);
    expect(verdict(await refresh(site.one, tokenOf(signedIn)))).toBe(
      "401 session_revoked",
    );
  });

  it("a reuse after its successor was replaced ends the session everywhere, and is audited", async () => {
    const signedIn = await site.newSession();
    const next = await refresh(
      site.one,
      tokenOf(await refresh(site.one, tokenOf(signedIn))),
    );
    site.step(11);
    expect(verdict(await refresh(site.other, tokenOf(signedIn)))).toBe(
      "401 session_revoked",
    );
    expect((await site.sessionRow(signedIn))?.revoked_reason).toBe(
      "refresh_reused",
    );
    for (const service of [site.one, site.other]) {
      expect(verdict(await refresh(service, tokenOf(next)))).toBe(
        "401 session_revoked",
      );
    }
    const restarted = await site.start();
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
      site.one,
      "SELECT event, user_id FROM google_auth.audit_events WHERE session_id = $1 AND event = 'refresh_reused'",
      [signedIn.body.sessionId],
    );
    expect(lines).toEqual([
      { event: "refresh_reused", user_id: signedIn.user.id },
    ]);
  });

  it("a token whose response was lost returns its successor hours later, three times in 30 days", async () => {
    const { body } = await site.newSession();
    const refreshLate = async (token: unknown) => {
      const lost = await refresh(site.one, token);
      site.step(5 * 3600);
      const late = await refresh(site.other, token);
      return { lost, late };
    };
    let token: unknown = body.refreshToken;
    for (let round = 1; round <= 3; round++) {
      const { lost, late } = await refreshLate(token);
      expect([round, verdict(late)]).toEqual([round, "200"]);
      expect(tokenOf(late)).toBe(tokenOf(lost));
      // Repeated retries count once.
      site.step(9);
      expect(tokenOf(await refresh(site.one, token))).toBe(tokenOf(lost));
      token = tokenOf(late);
    }
    const lines = await query(
      site.one,
      "SELECT FROM google_auth.audit_events WHERE session_id = $1 AND event = 'refresh_retried_late'",
      [body.sessionId],
    );
    expect(lines).toHaveLength(3);
    const { lost, late } = await refreshLate(token);
    expect(verdict(late)).toBe("401 session_revoked");
    expect(verdict(await refresh(site.one, tokenOf(lost)))).toBe(
      "401 session_revoked",
    );
  });
});
