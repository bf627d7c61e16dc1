import { GoogleEmulator } from "../src/testing/google/emulator";
import { newAccount } from "../src/testing/google/accounts";
import { TestService } from "../src/testing/test-service";
import { refusal } from "./support/calls";
import { basicAuth } from "./support/oauth";
import { type Answer, answerOf, signIn } from "./support/requests";
import { query, rowCounts } from "./support/rows";

const secret = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
const authorized = basicAuth("api", secret);

describe("POST /verify-token", () => {
  let google: GoogleEmulator;
  let service: TestService;

  const start = (env: Record<string, string> = {}) =>
    TestService.start(google, {
      env: { INTROSPECTION_CLIENTS: `api:${secret}`, ...env },
    });

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    service = await start();
  });

  afterAll(async () => {
    await service.stop();
    await google.stop();
  });

  const bodyOf = (token: string, more: object = {}) => ({
    token_type: "id_token",
    token,
    client_id: google.clientIds[0],
    ...more,
  });
  const post = async (
    body: unknown,
    headers: Record<string, string> = authorized,
    by = service,
  ): Promise<Answer> =>
    answerOf(
      await by.fetch("/verify-token", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    );
  const expectInvalid = (answer: Answer, code = "invalid_token") => {
    expect(refusal(answer)).toEqual([401, code]);
    expect(answer.headers.get("content-type")).toMatch(/problem\+json/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body.active).toBeUndefined();
  };

  describe("a token that would sign in", () => {
    it("is active, with Google's claims under Google's names", async () => {
      const account = newAccount({ hd: "corp.example" });
      const token = await google.idToken({ account, nonce: "n-1" });
      const answer = await post(bodyOf(token));
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.body).toEqual({
        active: true,
        iss: "https://accounts.google.com",
        sub: account.sub,
        aud: google.clientIds[0],
        azp: google.clientIds[0],
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

    it("is active in a form, too", async () => {
      const account = newAccount();
      const fields = bodyOf(await google.idToken({ account }));
      const answer = await service.fetch("/verify-token", {
        method: "POST",
        headers: authorized,
        body: new URLSearchParams(fields as Record<string, string>),
      });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ sub: account.sub });
    });

    it("leaves out what the token does not have", async () => {
      const { sub } = newAccount();
      const answer = await post(
        bodyOf(await google.idToken({ account: { sub } })),
      );
      expect(Object.keys(answer.body).sort()).toEqual(
        ["active", "aud", "azp", "exp", "iat", "iss", "sub"].sort(),
      );
    });

    it("makes nobody, and uses nothing up", async () => {
      await using once = await start({
        GOOGLE_ID_TOKEN_USE: "once",
        GOOGLE_NONCE: "required",
      });
      const issued = await once.fetch("/auth/google/nonce", { method: "POST" });
      const { nonce } = (await issued.json()) as { nonce: string };
      const idToken = await google.idToken({ account: newAccount(), nonce });
      for (let i = 0; i < 3; i++) {
        const answer = await post(bodyOf(idToken), authorized, once);
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
      // And the other way round: what has signed in is still genuine.
      expect((await post(bodyOf(idToken), authorized, once)).status).toBe(200);
    });

    it("is active whoever may sign in: verification is no policy", async () => {
      await using strict = await start({
        GOOGLE_HOSTED_DOMAINS: "corp.example",
        SIGN_UP: "closed",
      });
      const account = newAccount({ emailVerified: false });
      const token = await google.idToken({ account });
      const answer = await post(bodyOf(token), authorized, strict);
      expect([answer.status, answer.body.email_verified]).toEqual([200, false]);
    });
  });

  describe("a token that would not", () => {
    it("because it is made for another of our apps is 401 invalid_token", async () => {
      const [web, ios] = google.clientIds;
      const token = await google.idToken({ audience: ios, azp: ios });
      expectInvalid(await post(bodyOf(token)));
      const right = await post(bodyOf(token, { client_id: ios }));
      expect([right.status, right.body.aud]).toEqual([200, ios]);
      expect(web).not.toBe(ios);
    });

    it("because the client_id is not ours is 401, and Google is not asked", async () => {
      await using fresh = await start();
      const stranger = "999-other.apps.googleusercontent.com";
      const token = await google.idToken({ audience: stranger, azp: stranger });
      const before = google.requests.length;
      const body = bodyOf(token, { client_id: stranger });
      expectInvalid(await post(body, authorized, fresh));
      expect(google.requests.length).toBe(before);
    });

    it("because it has expired is 401 token_expired", async () => {
      const token = await google.idToken({ issuedSecondsAgo: 7000 });
      expectInvalid(await post(bodyOf(token)), "token_expired");
    });

    it("because it is a program's is 401 invalid_token", async () => {
      const token = await google.serviceAccountToken();
      expectInvalid(await post(bodyOf(token)));
    });

    it.each([
      ["forged", () => google.idToken({ signWith: "foreign" })],
      ["unsigned", () => google.idToken({ alg: "none" })],
      ["a security event", () => google.securityEventToken()],
      ["garbage", () => "not.a.token"],
      ["9 kB", () => "a".repeat(9000)],
    ])("because it is %s is 401 invalid_token", async (_what, make) => {
      expectInvalid(await post(bodyOf(await make())));
    });

    it("of ours is 401: an access token proves no Google account", async () => {
      const idToken = await google.idToken({ account: newAccount() });
      const signedIn = await service.fetch("/auth/google", {
        method: "POST",
        body: new URLSearchParams({ idToken }),
      });
      const { accessToken } = (await signedIn.json()) as {
        accessToken: string;
      };
      expectInvalid(await post(bodyOf(accessToken)));
    });
  });

  it.each([
    ["nothing", ""],
    ["a list", []],
    ["a text", '"id_token"'],
    ["no token", { token: undefined }],
    ["an empty token", { token: "" }],
    ["a list of tokens", { token: ["a"] }],
    ["an object as token", { token: {} }],
    ["another kind of token", { token_type: "access_token" }],
    ["no kind of token", { token_type: undefined }],
    ["no client_id", { client_id: undefined }],
    ["a list of client_ids", { client_id: ["a"] }],
  ])("with %s in the body is 400 invalid_request", async (_what, change) => {
    const isWhole = typeof change === "string" || Array.isArray(change);
    const token = await google.idToken();
    const answer = await post(isWhole ? change : bodyOf(token, change));
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe("invalid_request");
    expect(JSON.stringify(answer.body)).not.toContain(token);
  });

  describe("a caller", () => {
    it.each([
      ["without credentials", {}],
      ["with another secret", basicAuth("api", `${secret}x`)],
      ["with another name", basicAuth("apis", secret)],
      ["with a bearer token", { authorization: `Bearer ${secret}` }],
    ])("%s is 401 unauthenticated", async (_what, headers) => {
      const answer = await post(bodyOf(await google.idToken()), headers);
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Basic /);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    });

    it("is limited per network, and uses up nobody's sign-ins", async () => {
      await using limited = await start({
        RATE_LIMIT_VERIFY_TOKEN: "3/3600",
        RATE_LIMIT_SIGN_IN: "1/3600",
      });
      const statuses: number[] = [];
      for (let call = 0; call < 4; call++) {
        const body = bodyOf("guess");
        statuses.push((await post(body, authorized, limited)).status);
      }
      expect(statuses).toEqual([401, 401, 401, 429]);
      const idToken = await google.idToken();
      expect((await signIn(limited, idToken)).status).toBe(200);
    });

    it("does not count before it has authenticated", async () => {
      await using limited = await start({ RATE_LIMIT_VERIFY_TOKEN: "1/3600" });
      const body = bodyOf(await google.idToken());
      for (let call = 0; call < 3; call++) {
        expect((await post(body, {}, limited)).status).toBe(401);
      }
      expect((await post(body, authorized, limited)).status).toBe(200);
    });

    it("is not locked out by the bad tokens of others", async () => {
      await using limited = await start({
        RATE_LIMIT_SIGN_IN_FAILURES: "2/3600",
      });
      for (let i = 0; i < 4; i++) {
        expectInvalid(await post(bodyOf("guess"), authorized, limited));
      }
      const token = await google.idToken();
      expect((await post(bodyOf(token), authorized, limited)).status).toBe(200);
      const [lines] = await query<{ count: number }>(
        limited,
        "SELECT count(*)::int FROM google_auth.audit_events WHERE event = 'sign_in_refused'",
      );
      expect(lines?.count).toBe(0);
    });
  });

  it("by GET is 405, as text 415", async () => {
    const get = await service.fetch("/verify-token", { headers: authorized });
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
    const text = await post("token=x", {
      ...authorized,
      "content-type": "text/plain",
    });
    expect(refusal(text)).toEqual([415, "unsupported_media_type"]);
  });

  it("while Google's keys are unavailable is 503, for a token that may be good", async () => {
    google.setFault("/oauth2/v1/certs", { status: 500 });
    try {
      await using cold = await start();
      const token = await google.idToken();
      const answer = await post(bodyOf(token), authorized, cold);
      expect(refusal(answer)).toEqual([503, "identity_provider_unavailable"]);
      expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    } finally {
      google.clearFaults();
    }
  });

  it("logs neither tokens nor secrets", async () => {
    // The latest service has the lines of all.
    await using fresh = await start();
    const token = await google.idToken({ issuedSecondsAgo: 7000 });
    await post(bodyOf(token), authorized, fresh);
    const log = fresh.logLines.join("\n");
    expect(log).toContain("token_expired");
    expect(log).not.toContain(token.split(".")[1]);
    expect(log).not.toContain(secret);
  });
});
