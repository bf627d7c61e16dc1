import { OAuth2Client } from "google-auth-library";
import { exchange, payloadOf } from "../../../test/support/emulator-app";
import type { AuthorizationCodeOptions } from "./authorization-code.options";
import { GoogleEmulator } from "./emulator";
import { emulatorClientIds } from "./emulator.options";
import { accessTokenHash } from "./token.endpoint";

const { web, ios } = emulatorClientIds;

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterAll(() => google.stop());

function refreshed(refreshToken: unknown) {
  return exchange(google, {
    grant_type: "refresh_token",
    redirect_uri: undefined,
    refresh_token: String(refreshToken),
  });
}

async function code(options: AuthorizationCodeOptions = {}) {
  const answer = await exchange(google, {
    code: google.authorizationCode(options),
  });
  return answer.json;
}

describe("an exchanged code", () => {
  describe("when the request is valid", () => {
    it("then it returns Google's response, with no-store", async () => {
      const code = google.authorizationCode({ nonce: "n-1" });
      expect(code).toMatch(/^4\/0A[\w-]{60,}$/);
      const { status, headers, json } = await exchange(google, { code });
      expect(status).toBe(200);
      expect(headers.get("cache-control")).toContain("no-store");
      expect(json).toEqual({
        access_token: expect.stringMatching(/^ya29\.[\w-]{100,}$/) as string,
        expires_in: 3599,
        scope:
          "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
        token_type: "Bearer",
        id_token: expect.any(String) as string,
      });
      const payload = payloadOf(json.id_token);
      expect(payload).toMatchObject({
        aud: web,
        azp: web,
        nonce: "n-1",
        email: "ada@gmail.com",
        at_hash: accessTokenHash(String(json.access_token)),
      });
      expect(payload).not.toHaveProperty("jti");
      expect(payload).not.toHaveProperty("nbf");
    });

    it("then the hash of an access token is the published vector's", () => {
      expect(accessTokenHash("ya29.test-access-token")).toBe(
        "9abJdsr5fc3D3NAR82m6xg",
      );
    });

    it("then google-auth-library can exchange and verify it", async () => {
      const client = new OAuth2Client({
        clientId: web,
        clientSecret: google.clientSecret,
        redirectUri: "postmessage",
        endpoints: {
          oauth2TokenUrl: `${google.url}/token`,
          oauth2FederatedSignonPemCertsUrl: `${google.url}/oauth2/v1/certs`,
        },
        // Its own fetch is loaded by a dynamic import, which jest does not
        // allow.
        transporterOptions: { fetchImplementation: fetch, retry: false },
      });
      const { tokens } = await client.getToken(google.authorizationCode());
      const idToken = tokens.id_token ?? "";
      const ticket = await client.verifyIdToken({ idToken, audience: web });
      expect(ticket.getPayload()?.email).toBe("ada@gmail.com");
    });

    it("then Basic with form-encoded parts also authenticates", async () => {
      const basic = Buffer.from(
        `${encodeURIComponent(web)}:${encodeURIComponent(google.clientSecret)}`,
      ).toString("base64");
      const { status } = await exchange(
        google,
        {
          code: google.authorizationCode(),
          client_id: undefined,
          client_secret: undefined,
        },
        { authorization: `Basic ${basic}` },
      );
      expect(status).toBe(200);
    });

    it("then the scope decides the ID token's claims, and whether there is one", async () => {
      const bare = payloadOf((await code({ scope: "openid" })).id_token);
      expect(bare).not.toHaveProperty("email");
      expect(bare).not.toHaveProperty("name");
      expect(await code({ scope: "email" })).not.toHaveProperty("id_token");
    });

    it("then a test can change all of it", async () => {
      const json = await code({
        idToken: { audience: "another", claims: { at_hash: "wrong" } },
        tokenAnswer: { token_type: undefined, expires_in: "soon" },
      });
      expect(payloadOf(json.id_token)).toMatchObject({
        aud: "another",
        at_hash: "wrong",
      });
      expect(json).not.toHaveProperty("token_type");
      expect(json.expires_in).toBe("soon");
    });
  });
});

describe("a refresh token", () => {
  describe("when access was offline", () => {
    it("then it can be used repeatedly, and is not rotated", async () => {
      const first = await code({ offline: true, nonce: "n-1" });
      expect(first.refresh_token).toMatch(/^1\/\/0[\w-]{90,}$/);
      for (let round = 0; round < 2; round += 1) {
        const { status, json } = await refreshed(first.refresh_token);
        expect(status).toBe(200);
        expect(json.access_token).not.toBe(first.access_token);
        expect(json).not.toHaveProperty("refresh_token");
        const payload = payloadOf(json.id_token);
        expect(payload).not.toHaveProperty("nonce");
        expect(payload.at_hash).toBe(
          accessTokenHash(String(json.access_token)),
        );
      }
    });
  });

  describe("when access was online, or the token is unknown", () => {
    it("then no refresh token is issued, and an unknown one is refused", async () => {
      expect(await code()).not.toHaveProperty("refresh_token");
      const { status, json } = await refreshed("1//0unknown");
      expect(status).toBe(400);
      expect(json).toEqual({
        error: "invalid_grant",
        error_description: "Token has been expired or revoked.",
      });
    });
  });

  describe("when another client sends it", () => {
    it("then it is refused", async () => {
      const { refresh_token } = await code({ offline: true });
      const { status, json } = await exchange(google, {
        grant_type: "refresh_token",
        client_id: ios,
        refresh_token: String(refresh_token),
      });
      expect(status).toBe(401);
      expect(json.error).toBe("unauthorized_client");
    });
  });
});
