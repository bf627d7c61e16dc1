import { GoogleEmulator } from "./emulator";
import { emulatorClientIds } from "./emulator.options";
import type { AuthorizationCodeOptions } from "./authorization-code.options";

type Json = Record<string, unknown>;

const { web } = emulatorClientIds;

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterEach(() => google.skewClock(0));

afterAll(() => google.stop());

async function call(path: string, init?: RequestInit) {
  const response = await fetch(google.url + path, init);
  return { status: response.status, json: (await response.json()) as Json };
}

function posted(path: string, fields: Record<string, string>) {
  return call(path, { method: "POST", body: new URLSearchParams(fields) });
}

async function tokens(options: AuthorizationCodeOptions = {}) {
  const { json } = await posted("/token", {
    grant_type: "authorization_code",
    code: google.authorizationCode(options),
    client_id: web,
    client_secret: google.clientSecret,
    redirect_uri: "postmessage",
  });
  return json as Record<string, string>;
}

const bearer = (token = "") => ({
  headers: { authorization: `Bearer ${token}` },
});

describe.each(["/v1/userinfo", "/oauth2/v3/userinfo"])("%s", (path) => {
  describe("when the access token is valid", () => {
    it("then it returns the user, with either method", async () => {
      const { access_token } = await tokens({ account: "workspace" });
      const shown = {
        sub: "113774901853027741698",
        name: "Grace Hopper",
        given_name: "Grace",
        family_name: "Hopper",
        picture: expect.stringContaining("https://") as string,
        email: "grace@navy.example",
        email_verified: true,
        hd: "navy.example",
      };
      const got = await call(path, bearer(access_token));
      expect(got).toEqual({ status: 200, json: shown });
      expect(await posted(path, { access_token: access_token ?? "" })).toEqual(
        got,
      );
    });

    it("then the scope limits it, and a test can change it", async () => {
      const { access_token } = await tokens({
        scope: "openid email",
        userInfo: { sub: "somebody else", email_verified: undefined },
      });
      const { json } = await call(path, bearer(access_token));
      expect(json).toEqual({ sub: "somebody else", email: "ada@gmail.com" });
    });
  });

  describe("when it is not", () => {
    it.each(["", "ya29.unknown"])("then %j gets 401", async (token) => {
      expect(await call(path, bearer(token))).toEqual({
        status: 401,
        json: {
          error: "invalid_request",
          error_description: "Invalid Credentials",
        },
      });
    });

    it("then an expired one, or one in the query, gets 401", async () => {
      const { access_token = "" } = await tokens();
      const query = await call(`${path}?access_token=${access_token}`);
      expect(query.status).toBe(401);
      google.skewClock(3600);
      expect((await call(path, bearer(access_token))).status).toBe(401);
    });
  });
});

describe("POST /revoke", () => {
  describe("when it gets a token of a consent", () => {
    it.each(["access_token", "refresh_token"] as const)(
      "then the %s revokes all of them",
      async (name) => {
        const given = await tokens({ offline: true });
        const revoked = await posted("/revoke", { token: given[name] ?? "" });
        expect(revoked).toEqual({ status: 200, json: {} });
        const after = await call("/v1/userinfo", bearer(given.access_token));
        expect(after.status).toBe(401);
        const again = await posted("/revoke", { token: given[name] ?? "" });
        expect(again).toMatchObject({
          status: 400,
          json: { error: "invalid_token" },
        });
      },
    );

    it("then the query is allowed, as with Google", async () => {
      const { access_token } = await tokens();
      const path = `/revoke?token=${access_token}`;
      expect((await posted(path, {})).status).toBe(200);
    });
  });

  describe("when it gets no token", () => {
    it("then it responds with 400", async () => {
      expect(await posted("/revoke", {})).toMatchObject({
        status: 400,
        json: { error: "invalid_request" },
      });
    });
  });
});

describe("/tokeninfo", () => {
  describe("when the ID token is valid", () => {
    it.each(["/tokeninfo", "/oauth2/v3/tokeninfo"])(
      "then %s returns its header and claims as strings",
      async (path) => {
        const id_token = await google.idToken({ claims: { extra: [1] } });
        const got = await call(`${path}?id_token=${id_token}`);
        expect(got.status).toBe(200);
        expect(got.json).toMatchObject({
          alg: "RS256",
          typ: "JWT",
          kid: google.keys.current.kid,
          aud: web,
          email_verified: "true",
          iat: expect.stringMatching(/^\d+$/) as string,
          exp: expect.stringMatching(/^\d+$/) as string,
          extra: "[1]",
        });
        expect(await posted(path, { id_token })).toEqual(got);
      },
    );

    it("then the audience is not checked", async () => {
      const id_token = await google.idToken({ audience: "another" });
      expect((await posted("/tokeninfo", { id_token })).status).toBe(200);
    });
  });

  describe("when the ID token is invalid", () => {
    it.each([
      ["foreign", { signWith: "foreign" }],
      ["expired", { issuedSecondsAgo: 3601 }],
      ["another issuer's", { claims: { iss: "googleapis.com" } }],
      ["unsigned", { alg: "none" }],
      ["without expiry", { claims: { exp: undefined } }],
      ["of another algorithm", { header: { alg: "RS512" } }],
      ["null", { rawPayload: "null" }],
      ["no JSON", { rawPayload: "{" }],
    ] as const)(
      "then one that is %s is refused without a reason",
      async (_, options) => {
        const id_token = await google.idToken(options);
        const description = { error_description: "Invalid Value" };
        expect(await posted("/tokeninfo", { id_token })).toEqual({
          status: 400,
          json: { error: "invalid_token", ...description },
        });
        expect(await posted("/oauth2/v3/tokeninfo", { id_token })).toEqual({
          status: 400,
          json: description,
        });
      },
    );

    it("then one of a withdrawn key, or with a changed claim, is refused", async () => {
      const id_token = await google.idToken({ key: "next" });
      const [header, , signature] = id_token.split(".");
      const payload = Buffer.from("{}").toString("base64url");
      const changed = [header, payload, signature].join(".");
      expect((await posted("/tokeninfo", { id_token: changed })).status).toBe(
        400,
      );
      expect((await posted("/tokeninfo", { id_token })).status).toBe(200);
      google.retireKey(google.keys.next.kid);
      expect((await posted("/tokeninfo", { id_token })).status).toBe(400);
    });
  });

  describe("when it gets an access token", () => {
    it("then it returns the user and the remaining lifetime", async () => {
      const { access_token = "", scope } = await tokens();
      google.skewClock(100);
      const { status, json } = await posted("/tokeninfo", { access_token });
      expect(status).toBe(200);
      expect(json).toEqual({
        azp: web,
        aud: web,
        sub: "108204268033311374519",
        scope,
        exp: expect.stringMatching(/^\d+$/) as string,
        expires_in: expect.stringMatching(/^34\d\d$/) as string,
        email: "ada@gmail.com",
        email_verified: "true",
        access_type: "online",
      });
    });

    it("then an unknown one is refused", async () => {
      const path = "/tokeninfo?access_token=ya29.unknown";
      expect((await call(path)).json.error).toBe("invalid_token");
    });
  });

  describe("when it gets no token", () => {
    it("then it names the missing parameter", async () => {
      expect(await call("/tokeninfo")).toEqual({
        status: 400,
        json: {
          error: "invalid_token",
          error_description:
            "Either access_token, id_token, or token_handle required",
        },
      });
    });
  });
});
