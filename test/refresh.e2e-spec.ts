import { getWithToken } from "./support/requests";
import { query } from "./support/rows";
import {
  refresh,
  tokenOf,
  useRefreshing,
  verdict,
} from "./support/use-refreshing";

describe("refreshing", () => {
  const site = useRefreshing();

  it("responds like a sign-in, with new tokens of the same session", async () => {
    const signedIn = await site.newSession();
    site.step(1);
    const answer = await refresh(site.one, tokenOf(signedIn));
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
    const me = await getWithToken(site.one, "/users/me", accessToken);
    expect(me.body.id).toBe(signedIn.user.id);
  });

  it("keeps the session alive as long as the newest token is used", async () => {
    const signedIn = await site.newSession();
    let token = tokenOf(signedIn);
    for (let day = 0; day < 85; day++) {
      site.step(24 * 3600);
      const answer = await refresh(day % 2 ? site.one : site.other, token);
      expect(verdict(answer)).toBe("200");
      token = tokenOf(answer);
    }
    site.step(6 * 24 * 3600);
    expect(verdict(await refresh(site.one, token))).toBe("401 session_expired");
  });

  it("ends after 30 days without use", async () => {
    const signedIn = await site.newSession();
    site.step(2_592_000);
    expect(verdict(await refresh(site.one, tokenOf(signedIn)))).toBe(
      "401 session_expired",
    );
  });

  it("refuses altered and unknown tokens without ending a session", async () => {
    const signedIn = await site.newSession();
    const stranger = await site.newSession();
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
      await site.google.idToken(),
    ];
    for (const token of bad) {
      const answer = await refresh(site.one, token);
      expect([token, verdict(answer)]).toEqual([
        token,
        token === "" ? "400 invalid_request" : "401 invalid_refresh_token",
      ]);
    }
    for (const shape of [null, 1, [good], { token: good }, true]) {
      expect(verdict(await refresh(site.one, shape))).toBe(
        "400 invalid_request",
      );
    }
    expect(await site.sessionRow(signedIn)).toEqual({
      generation: 1,
      revoked_reason: null,
    });
    expect(verdict(await refresh(site.one, good))).toBe("200");
  });

  it("is refused for a disabled or deleted user", async () => {
    const [disabled, deleted] = [
      await site.newSession(),
      await site.newSession(),
    ];
    await query(
      site.one,
      "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
      [disabled.user.id],
    );
    await query(site.one, "DELETE FROM google_auth.users WHERE id = $1", [
      deleted.user.id,
    ]);
    expect(verdict(await refresh(site.one, tokenOf(disabled)))).toBe(
      "403 account_disabled",
    );
    expect(verdict(await refresh(site.one, tokenOf(deleted)))).toBe(
      "401 session_revoked",
    );
  });

  it("reads the current roles", async () => {
    const signedIn = await site.newSession();
    await query(
      site.one,
      "UPDATE google_auth.users SET roles = '{editor}' WHERE id = $1",
      [signedIn.user.id],
    );
    const answer = await refresh(site.one, tokenOf(signedIn));
    const [, payload = ""] = String(answer.body.accessToken).split(".");
    const claims = JSON.parse(
      Buffer.from(payload, "base64url").toString(),
    ) as Record<string, unknown>;
    expect(claims.roles).toEqual(["editor"]);
  });

  it("tolerates a clock that jumps an hour back or forth", async () => {
    const signedIn = await site.newSession();
    const first = await refresh(site.one, tokenOf(signedIn));
    site.step(3600);
    const second = await refresh(site.one, tokenOf(first));
    site.step(-3600);
    const third = await refresh(site.one, tokenOf(second));
    expect([first, second, third].map(verdict)).toEqual(["200", "200", "200"]);
  });

  it("writes no token to the log", async () => {
    const signedIn = await site.newSession();
    const answer = await refresh(site.one, tokenOf(signedIn));
    const log = [...site.one.logLines, ...site.other.logLines].join("\n");
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
