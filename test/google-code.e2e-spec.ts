import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { call, claimsOf, refusal } from "./support/calls";
import { DpopClient } from "./support/dpop-client";
import { postWith } from "./support/headed-requests";
import { getWithToken, postForm, postJson } from "./support/requests";
import { rowCounts } from "./support/rows";

const path = "/auth/google/code";
const callback = "https://app.example/callback";
// RFC 7636, appendix B.
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

describe("POST /auth/google/code", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    service = await TestService.start(google, {
      database,
      env: {
        GOOGLE_REDIRECT_URIS: `${callback}, http://localhost:5173/cb`,
        CORS_ORIGINS: "https://app.example",
      },
    });
  });

  afterAll(async () => {
    await service.stop();
    await database.destroy();
    await google.stop();
  });

  const exchanges = () => google.requestCount(googlePaths.token);
  const lastForm = () =>
    new URLSearchParams(
      google.requests.filter(({ path: at }) => at === googlePaths.token).at(-1)
        ?.body,
    );

  describe("with a valid code", () => {
    it("takes the server auth code of a mobile app, which has no redirect URI", async () => {
      const code = google.authorizationCode({ redirectUri: "" });
      const body = { code, redirectUri: "" };
      expect((await postJson(service, path, body)).status).toBe(200);
    });

    it("responds like a sign-in by ID token, with the same user", async () => {
      const account = newAccount();
      const idToken = await google.idToken({ account });
      const byToken = await postJson(service, "/auth/google", { idToken });
      const code = google.authorizationCode({ account });
      const device = "my tablet";
      const byCode = await postJson(service, path, { code, device });
      expect(byCode.status).toBe(200);
      expect(byCode.headers.get("cache-control")).toBe("no-store");
      expect(Object.keys(byCode.body)).toEqual(Object.keys(byToken.body));
      expect([byToken.body.isNewUser, byCode.body.isNewUser]).toEqual([
        true,
        false,
      ]);
      expect(byCode.body.user).toEqual({
        ...(byToken.body.user as object),
        lastSignInAt: (byCode.body.user as { lastSignInAt: unknown })
          .lastSignInAt,
      });
      const accessToken = String(byCode.body.accessToken);
      expect(claimsOf(accessToken).client_id).toBe(google.clientIds[0]);
      const sessions = await call(
        service,
        "GET",
        "/auth/sessions",
        accessToken,
      );
      expect(sessions.body).toContainEqual(
        expect.objectContaining({ device, current: true }),
      );
    });

    it("sends Google the required parameters once, none of them chosen by the client", async () => {
      const code = google.authorizationCode();
      const before = exchanges();
      await postJson(service, path, {
        code,
        ...{ client_id: "mine", client_secret: "mine", grant_type: "password" },
        redirect_uri: "https://evil.example/",
      });
      expect(exchanges() - before).toBe(1);
      expect(Object.fromEntries(lastForm())).toEqual({
        grant_type: "authorization_code",
        code,
        client_id: google.clientIds[0],
        client_secret: google.clientSecret,
        redirect_uri: "postmessage",
      });
    });

    it("gives a new user the profile in the request", async () => {
      const code = google.authorizationCode({ account: newAccount() });
      const profile = { plan: "free" };
      const { body } = await postJson(service, path, { code, profile });
      expect(body.user).toMatchObject({ profile });
    });

    it("takes the server auth code of a mobile app, which has an empty redirect URI", async () => {
      const code = google.authorizationCode({ redirectUri: "" });
      const body = { code, redirectUri: "" };
      expect((await postJson(service, path, body)).status).toBe(200);
      expect(lastForm().get("redirect_uri")).toBe("");
    });

    it("takes a form as well", async () => {
      const code = google.authorizationCode({ redirectUri: callback });
      const fields = { code, redirectUri: callback };
      expect((await postForm(service, path, fields)).status).toBe(200);
    });

    it("treats null as absent", async () => {
      const code = google.authorizationCode();
      const nothing = { codeVerifier: null, redirectUri: null, nonce: null };
      const answer = await postJson(service, path, { code, ...nothing });
      expect(answer.status).toBe(200);
      expect(lastForm().has("code_verifier")).toBe(false);
    });

    it("accepts one of 20 concurrent uses, and no later one", async () => {
      const code = google.authorizationCode({ account: newAccount() });
      const before = await rowCounts(service);
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => postJson(service, path, { code })),
      );
      const refused = answers.filter(({ status }) => status !== 200);
      expect(answers.length - refused.length).toBe(1);
      const later = await postJson(service, path, { code });
      for (const answer of [...refused, later]) {
        expect([answer.status, answer.body.code, answer.body.reason]).toEqual([
          401,
          "invalid_token",
          "code_refused",
        ]);
      }
      const after = await rowCounts(service);
      expect(after.sessions).toBe((before.sessions ?? 0) + 1);
    });
  });

  describe("with PKCE", () => {
    const codeOf = () =>
      google.authorizationCode({ codeChallenge, codeChallengeMethod: "S256" });

    it("accepts the code with its verifier", async () => {
      const answer = await postJson(service, path, {
        code: codeOf(),
        codeVerifier: verifier,
      });
      expect(answer.status).toBe(200);
    });

    it.each([
      ["another verifier", "x".repeat(43)],
      ["none", undefined],
    ])("refuses a code with %s", async (_which, codeVerifier) => {
      const body = { code: codeOf(), codeVerifier };
      const { status, body: problem } = await postJson(service, path, body);
      expect([status, problem.code, problem.reason]).toEqual([
        401,
        "invalid_token",
        "code_refused",
      ]);
    });
  });

  describe("like every sign-in", () => {
    it("applies the sign-in policy", async () => {
      const code = google.authorizationCode({ account: "unverifiedEmail" });
      const answer = await postJson(service, path, { code });
      expect(refusal(answer)).toEqual([403, "email_not_verified"]);
    });

    it("counts for the rate limits, and too many refusals lock the client out", async () => {
      await using limited = await TestService.start(google, {
        database,
        env: { RATE_LIMIT_SIGN_IN_FAILURES: "2/60" },
      });
      const before = exchanges();
      const statuses: number[] = [];
      for (let times = 0; times < 4; times++) {
        const answer = await postJson(limited, path, { code: "4/0Aguess" });
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([401, 401, 429, 429]);
      expect(exchanges() - before).toBe(2);
    });

    it("puts the refresh token into the cookie in cookie mode", async () => {
      const origin = "https://app.example";
      await using cookies = await TestService.start(google, {
        database,
        env: { REFRESH_COOKIE: "browser", CORS_ORIGINS: origin },
      });
      const noPage = await postJson(cookies, path, {
        code: google.authorizationCode(),
      });
      expect(noPage.body).toHaveProperty("refreshToken");
      const body = { code: google.authorizationCode() };
      const answer = await postWith({ origin }, cookies, path, body);
      expect(answer.status).toBe(200);
      expect(answer.body).not.toHaveProperty("refreshToken");
      expect(answer.headers.get("set-cookie")).toMatch(/^__Host-refresh=v1/);
    });

    it("binds the tokens to the key of a DPoP proof", async () => {
      await using bound = await TestService.start(google, {
        database,
        env: { DPOP: "required" },
      });
      const body = { code: google.authorizationCode() };
      const before = exchanges();
      const bare = await postJson(bound, path, body);
      expect(refusal(bare)).toEqual([400, "invalid_dpop_proof"]);
      expect(exchanges()).toBe(before);
      const client = new DpopClient();
      const dpop = client.proof({ url: `https://service.example${path}` });
      const answer = await postWith({ dpop }, bound, path, body);
      expect([answer.status, answer.body.tokenType]).toEqual([200, "DPoP"]);
    });

    it("stores no token or code of Google", async () => {
      const code = google.authorizationCode({ offline: true });
      const { body } = await postJson(service, path, { code });
      expect(JSON.stringify(body)).not.toMatch(/ya29\.|1\/\/0/);
      const me = await getWithToken(
        service,
        "/users/me/export",
        String(body.accessToken),
      );
      expect(me.status).toBe(200);
      expect(JSON.stringify(me.body)).not.toMatch(/ya29\.|1\/\/0/);
    });
  });

  it("is 404 without a client secret", async () => {
    await using off = await TestService.start(google, {
      database,
      env: { GOOGLE_CLIENT_SECRET: undefined },
    });
    const before = exchanges();
    const code = google.authorizationCode();
    const answer = await postJson(off, path, { code });
    expect(refusal(answer)).toEqual([404, "not_found"]);
    expect(exchanges()).toBe(before);
  });

  it("uses the client that is labelled web", async () => {
    const [first, second] = google.clientIds;
    await using labelled = await TestService.start(google, {
      database,
      env: { GOOGLE_CLIENT_IDS: `ios=${first},web=${second}` },
    });
    const code = google.authorizationCode({ clientId: second });
    const { status, body } = await postJson(labelled, path, { code });
    expect(status).toBe(200);
    expect(claimsOf(String(body.accessToken)).client_id).toBe(second);
  });
});
