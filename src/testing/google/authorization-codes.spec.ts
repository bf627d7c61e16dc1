import { exchange, type Fields } from "../../../test/support/emulator-app";
import type { CodeChallengeMethod } from "./authorization-codes";
import { GoogleEmulator } from "./emulator";
import { emulatorClientIds } from "./emulator.options";

// The vector of RFC 7636, appendix B.
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const { ios } = emulatorClientIds;

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterEach(() => {
  google.skewClock(0);
  google.clearFaults();
});

afterAll(() => google.stop());

function refreshed(refreshToken: unknown) {
  return exchange(google, {
    grant_type: "refresh_token",
    redirect_uri: undefined,
    refresh_token: String(refreshToken),
  });
}

function userInfo(accessToken: unknown) {
  return fetch(`${google.url}/v1/userinfo`, {
    headers: { authorization: `Bearer ${String(accessToken)}` },
  });
}

describe("an authorization code", () => {
  describe("when it was already used", () => {
    it("then it is refused, and the tokens of the first use are revoked", async () => {
      const used = google.authorizationCode({ offline: true });
      const { json: first } = await exchange(google, { code: used });
      expect((await userInfo(first.access_token)).status).toBe(200);
      const { status, json } = await exchange(google, { code: used });
      expect(status).toBe(400);
      expect(json).toEqual({
        error: "invalid_grant",
        error_description: "Bad Request",
      });
      expect((await userInfo(first.access_token)).status).toBe(401);
      expect((await refreshed(first.refresh_token)).status).toBe(400);
    });

    it("then one of twenty concurrent exchanges succeeds", async () => {
      const contested = google.authorizationCode();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => exchange(google, { code: contested })),
      );
      const served = answers.filter(({ status }) => status === 200);
      expect(served).toHaveLength(1);
    });
  });

  describe("when it is more than ten minutes old", () => {
    it("then it is refused, by the emulator's clock", async () => {
      const [early, late] = [
        google.authorizationCode(),
        google.authorizationCode(),
      ];
      google.skewClock(590);
      expect((await exchange(google, { code: early })).status).toBe(200);
      google.skewClock(601);
      expect((await exchange(google, { code: late })).json.error).toBe(
        "invalid_grant",
      );
    });
  });

  describe("when the endpoint responds with a fault", () => {
    it("then the code remains unused", async () => {
      const kept = google.authorizationCode();
      google.setFault("/token", { status: 503, times: 1 });
      expect((await exchange(google, { code: kept })).status).toBe(503);
      expect((await exchange(google, { code: kept })).status).toBe(200);
    });
  });

  describe("when it has a challenge", () => {
    it.each<[CodeChallengeMethod | undefined, string]>([
      ["S256", CHALLENGE],
      ["plain", VERIFIER],
      [undefined, VERIFIER],
    ])(
      "then %s requires its verifier",
      async (codeChallengeMethod, challenge) => {
        const bound = google.authorizationCode({
          codeChallenge: challenge,
          codeChallengeMethod,
        });
        const none = await exchange(google, { code: bound });
        expect(none.status).toBe(400);
        expect(none.json).toEqual({
          error: "invalid_grant",
          error_description: "Missing code verifier.",
        });
        const wrong = await exchange(google, {
          code: bound,
          code_verifier: "x",
        });
        expect(wrong.json.error_description).toBe("Invalid code verifier.");
        const right = await exchange(google, {
          code: bound,
          code_verifier: VERIFIER,
        });
        expect(right.status).toBe(200);
      },
    );

    it("then an invalid challenge is refused", () => {
      const none = () =>
        google.authorizationCode({ codeChallengeMethod: "S256" });
      expect(none).toThrow("needs a code challenge");
      const odd = () =>
        google.authorizationCode({
          codeChallenge: CHALLENGE,
          codeChallengeMethod: "s256" as CodeChallengeMethod,
        });
      expect(odd).toThrow("must be one of S256, plain");
    });
  });

  describe("when the exchange is wrong", () => {
    it.each<[string, number, Fields, string, string]>([
      [
        "an unknown code",
        400,
        { code: "4/0Anone" },
        "invalid_grant",
        "Malformed auth code.",
      ],
      [
        "no code",
        400,
        { code: undefined },
        "invalid_request",
        "Missing required parameter: code",
      ],
      [
        "no redirect URI",
        400,
        { redirect_uri: undefined },
        "invalid_request",
        "Missing required parameter: redirect_uri",
      ],
      [
        "another redirect URI",
        400,
        { redirect_uri: "postmessage/" },
        "redirect_uri_mismatch",
        "Bad Request",
      ],
      [
        "a verifier without a challenge",
        400,
        { code_verifier: VERIFIER },
        "invalid_grant",
        "code_verifier or verifier is not needed.",
      ],
      [
        "no client",
        400,
        { client_id: undefined },
        "invalid_request",
        "Could not determine client ID from request.",
      ],
      [
        "an unknown client",
        401,
        { client_id: "nobody" },
        "invalid_client",
        "The OAuth client was not found.",
      ],
      [
        "another's code",
        401,
        { client_id: ios },
        "unauthorized_client",
        "Unauthorized",
      ],
      [
        "no secret",
        400,
        { client_secret: undefined },
        "invalid_request",
        "client_secret is missing.",
      ],
      [
        "a wrong secret",
        401,
        { client_secret: "GOCSPX-wrong" },
        "invalid_client",
        "Unauthorized",
      ],
      [
        "no grant type",
        400,
        { grant_type: undefined },
        "invalid_request",
        "Required parameter is missing: grant_type",
      ],
      [
        "another grant type",
        400,
        { grant_type: "password" },
        "unsupported_grant_type",
        "Invalid grant_type: password",
      ],
    ])(
      "then %s gets %d, and the code remains valid",
      async (_, status, fields, error, description) => {
        const code = google.authorizationCode();
        const answer = await exchange(google, { code, ...fields });
        expect(answer.status).toBe(status);
        expect(answer.json).toEqual({ error, error_description: description });
        expect((await exchange(google, { code })).status).toBe(200);
      },
    );

    it("then a repeated field is refused, and a JSON body is not parsed", async () => {
      const twice = await fetch(`${google.url}/token`, {
        method: "POST",
        body: new URLSearchParams([
          ["grant_type", "authorization_code"],
          ["code", "a"],
          ["code", "b"],
        ]),
      });
      expect(twice.status).toBe(400);
      expect(await twice.json()).toMatchObject({ error: "invalid_request" });
      const json = await fetch(`${google.url}/token`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ grant_type: "authorization_code" }),
      });
      expect(json.status).toBe(400);
    });
  });
});
