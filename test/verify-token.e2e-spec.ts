import { newAccount } from "../src/testing/google/accounts";
import { refusal } from "./support/calls";
import { rowCounts } from "./support/rows";
import {
  authorized,
  expectInvalid,
  useVerifyToken,
} from "./support/use-verify-token";

describe("POST /verify-token", () => {
  const site = useVerifyToken();

  describe("a token that is valid for a sign-in", () => {
    it("is active, with Google's claims under Google's names", async () => {
      const account = newAccount({ hd: "corp.example" });
      const token = await site.google.idToken({ account, nonce: "n-1" });
      const answer = await site.post(site.bodyOf(token));
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.body).toEqual({
        active: true,
        iss: "https://accounts.google.com",
        sub: account.sub,
        aud: site.google.clientIds[0],
        azp: site.google.clientIds[0],
        email: account.email,
        email_verified: true,
        hd: "corp.example",
        name: account.name,
        given_name: account.givenName,
        family_name: account.familyName,
        picture: account.picture,
        nonce: "n-1",
        iat: expect.any(Number) as number,
        exp: expect.any(Number) as number,
      });
    });

    it("can also be sent in a form", async () => {
      const account = newAccount();
      const fields = site.bodyOf(await site.google.idToken({ account }));
      const answer = await site.service.fetch("/verify-token", {
        method: "POST",
        headers: authorized,
        body: new URLSearchParams(fields as Record<string, string>),
      });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ sub: account.sub });
    });

    it("omits claims that the token does not have", async () => {
      const { sub } = newAccount();
      const answer = await site.post(
        site.bodyOf(await site.google.idToken({ account: { sub } })),
      );
      expect(Object.keys(answer.body).sort()).toEqual(
        ["active", "aud", "azp", "exp", "iat", "iss", "sub"].sort(),
      );
    });

    it("creates no user, and uses up neither token nor nonce", async () => {
      await using once = await site.start({
        GOOGLE_ID_TOKEN_USE: "once",
        GOOGLE_NONCE: "required",
      });
      const issued = await once.fetch("/auth/google/nonce", { method: "POST" });
      const { nonce } = (await issued.json()) as { nonce: string };
      const idToken = await site.google.idToken({
        account: newAccount(),
        nonce,
      });
      for (let i = 0; i < 3; i++) {
        const answer = await site.post(site.bodyOf(idToken), authorized, once);
        expect([answer.status, answer.body.nonce]).toEqual([200, nonce]);
      }
      expect(await rowCounts(once)).toEqual({
        users: 0,
        identities: 0,
        sessions: 0,
      });
      const signedIn = await once.fetch("/auth/google", {
        method: "POST",
        body: new URLSearchParams({ idToken }),
      });
      expect(signedIn.status).toBe(200);
      // And vice versa: a token that has signed in is still active.
      expect(
        (await site.post(site.bodyOf(idToken), authorized, once)).status,
      ).toBe(200);
    });

    it("is active regardless of the sign-in policy", async () => {
      await using strict = await site.start({
        GOOGLE_HOSTED_DOMAINS: "corp.example",
        SIGN_UP: "closed",
      });
      const account = newAccount({ emailVerified: false });
      const token = await site.google.idToken({ account });
      const answer = await site.post(site.bodyOf(token), authorized, strict);
      expect([answer.status, answer.body.email_verified]).toEqual([200, false]);
    });
  });

  describe("a token that is not", () => {
    it("because its audience is another of our apps is 401 invalid_token", async () => {
      const [web, ios] = site.google.clientIds;
      const token = await site.google.idToken({ audience: ios, azp: ios });
      expectInvalid(await site.post(site.bodyOf(token)));
      const right = await site.post(site.bodyOf(token, { client_id: ios }));
      expect([right.status, right.body.aud]).toEqual([200, ios]);
      expect(web).not.toBe(ios);
    });

    it("because the client_id is not ours is 401 without a request to Google", async () => {
      await using fresh = await site.start();
      const stranger = "999-other.apps.googleusercontent.com";
      const token = await site.google.idToken({
        audience: stranger,
        azp: stranger,
      });
      const before = site.google.requests.length;
      const body = site.bodyOf(token, { client_id: stranger });
      expectInvalid(await site.post(body, authorized, fresh));
      expect(site.google.requests.length).toBe(before);
    });

    it("because it has expired is 401 token_expired", async () => {
      const token = await site.google.idToken({ issuedSecondsAgo: 7000 });
      expectInvalid(await site.post(site.bodyOf(token)), "token_expired");
    });

    it("because it is a service account's is 401 invalid_token", async () => {
      const token = await site.google.serviceAccountToken();
      expectInvalid(await site.post(site.bodyOf(token)));
    });

    it.each([
      ["forged", () => site.google.idToken({ signWith: "foreign" })],
      ["unsigned", () => site.google.idToken({ alg: "none" })],
      ["a security event", () => site.google.securityEventToken()],
      ["garbage", () => "not.a.token"],
      ["9 kB", () => "a".repeat(9000)],
    ])("because it is %s is 401 invalid_token", async (_what, make) => {
      expectInvalid(await site.post(site.bodyOf(await make())));
    });

    it("because it is our own access token is 401", async () => {
      const idToken = await site.google.idToken({ account: newAccount() });
      const signedIn = await site.service.fetch("/auth/google", {
        method: "POST",
        body: new URLSearchParams({ idToken }),
      });
      const { accessToken } = (await signedIn.json()) as {
        accessToken: string;
      };
      expectInvalid(await site.post(site.bodyOf(accessToken)));
    });
  });

  it("is 503 while Google's keys are unavailable", async () => {
    site.google.setFault("/oauth2/v1/certs", { status: 500 });
    try {
      await using cold = await site.start();
      const token = await site.google.idToken();
      const answer = await site.post(site.bodyOf(token), authorized, cold);
      expect(refusal(answer)).toEqual([503, "identity_provider_unavailable"]);
      expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    } finally {
      site.google.clearFaults();
    }
  });
});
