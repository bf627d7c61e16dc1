import { type INestApplication, Logger, VersioningType } from "@nestjs/common";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { call, refusal } from "./support/calls";
import { DpopClient } from "./support/dpop-client";
import { GuestApp, type Platform, platforms } from "./support/guest-app";
import { loginForm, navigation, postToLoginUri } from "./support/login-uri";
import { exchangeOf, expectOAuthError } from "./support/oauth";
import { answerOf, postForm } from "./support/requests";

const platformNames = Object.keys(platforms) as Platform[];
const publicUrl = "https://host.example";
const page = "https://app.example";

/** An application's route settings, and the resulting paths of our routes. */
const mounts: [
  what: string,
  configure: (app: INestApplication) => void,
  base: string,
  wellKnown: string,
][] = [
  [
    "a global prefix",
    (app) => app.setGlobalPrefix("api"),
    "/api",
    "/api/.well-known",
  ],
  [
    "a global prefix with exceptions",
    (app) => app.setGlobalPrefix("api", { exclude: [".well-known/{*path}"] }),
    "/api",
    "/.well-known",
  ],
  [
    "versions in the path",
    (app) =>
      app.enableVersioning({
        type: VersioningType.URI,
        defaultVersion: ["1", "2"],
      }),
    "/v1",
    "/v1/.well-known",
  ],
  [
    "both",
    (app) =>
      app
        .setGlobalPrefix("/api/")
        .enableVersioning({ type: VersioningType.URI, defaultVersion: "3" }),
    "/api/v3",
    "/api/v3/.well-known",
  ],
];

describe.each(platformNames)("on %s", (platform) => {
  let google: GoogleEmulator;
  let database: TestDatabase;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
  });

  afterAll(async () => {
    await database.destroy();
    await google.stop();
  });

  describe.each(mounts)("below %s", (_what, configure, base, wellKnown) => {
    let app: GuestApp;

    beforeAll(async () => {
      app = await GuestApp.start(google, database, {
        platform,
        configure,
        options: {
          appUrl: `${page}/`,
          origins: [page],
          dpop: "optional",
          refresh: { transport: "auto" },
          introspectionClients: ["api:k3vXq0wZtB8mN5rY2pLs7dFh4jUaCgEi"],
        },
      });
    });

    afterAll(() => app[Symbol.asyncDispose]());

    const fromPage = (path: string, body: object, headers = {}) =>
      app.fetch(base + path, {
        method: "POST",
        headers: {
          origin: page,
          "content-type": "application/json",
          ...headers,
        },
        body: JSON.stringify(body),
      });

    it("the refresh cookie is sent to every route", async () => {
      const idToken = await google.idToken({ account: newAccount() });
      const signedIn = await fromPage("/auth/google", { idToken });
      expect(signedIn.status).toBe(200);
      const [cookie = ""] = signedIn.headers.getSetCookie();
      expect(cookie).toMatch(/^__Host-refresh=.*; Path=\/;/);
      const [pair = ""] = cookie.split(";");
      const refreshed = await fromPage("/auth/refresh", {}, { cookie: pair });
      expect(refreshed.status).toBe(200);
    });

    it("the metadata have the mounted URLs", async () => {
      const at = `${wellKnown}/oauth-authorization-server`;
      const { body } = await call(app, "GET", at);
      expect(body).toMatchObject({
        issuer: publicUrl,
        token_endpoint: `${publicUrl}${base}/oauth/token`,
        revocation_endpoint: `${publicUrl}${base}/oauth/revoke`,
        introspection_endpoint: `${publicUrl}${base}/oauth/introspect`,
        jwks_uri: `${publicUrl}${wellKnown}/jwks.json`,
      });
      const keys = await call(app, "GET", `${wellKnown}/jwks.json`);
      expect(keys.status).toBe(200);
      const same = await call(app, "GET", `${wellKnown}/openid-configuration`);
      expect(same.body).toEqual(body);
    });

    it("the resource metadata name this service as the issuer (RFC 9728)", async () => {
      const at = `${wellKnown}/oauth-protected-resource`;
      const { status, headers, body } = await call(app, "GET", at);
      expect([status, headers.get("cache-control")]).toEqual([
        ...[200, "public, max-age=300"],
      ]);
      expect(body).toEqual({
        resource: publicUrl,
        authorization_servers: [publicUrl],
        scopes_supported: ["user"],
        bearer_methods_supported: ["header"],
        dpop_signing_alg_values_supported: [
          "ES256",
          "RS256",
          "EdDSA",
          "Ed25519",
        ],
        dpop_bound_access_tokens_required: false,
      });
    });

    it("a DPoP proof is for the URL that the client called", async () => {
      const client = new DpopClient();
      const idToken = await google.idToken({ account: newAccount() });
      const proof = (path: string, more = {}) =>
        client.proof({ url: publicUrl + path, method: "POST", ...more });
      const send = async (dpop: string) =>
        answerOf(
          await fromPage("/auth/google", { idToken }, { dpop, origin: page }),
        );
      const wrong = await send(proof("/auth/google"));
      expect(refusal(wrong)).toEqual([400, "invalid_dpop_proof"]);
      const { status, body } = await send(proof(`${base}/auth/google`));
      expect([status, body.tokenType]).toEqual([200, "DPoP"]);
    });

    it("errors have the format of their route", async () => {
      const exchanged = await postForm(app, `${base}/oauth/token`, {
        ...exchangeOf("guess"),
      });
      expectOAuthError(exchanged, 400, "invalid_request");
      const introspected = await postForm(app, `${base}/oauth/introspect`, {});
      expectOAuthError(introspected, 401, "invalid_client");
      const redirected = await postToLoginUri(
        app,
        { headers: navigation, body: loginForm("guess") },
        `${base}/auth/google/redirect`,
      );
      expect(redirected.status).toBe(303);
      expect(redirected.headers.get("location")).toMatch(`${page}/`);
    });

    it("security events are accepted in their media type", async () => {
      const deliver = async (body: string) =>
        app.fetch(`${base}/security-events`, {
          method: "POST",
          headers: { "content-type": "application/secevent+jwt" },
          body,
        });
      expect((await deliver(await google.securityEventToken())).status).toBe(
        202,
      );
      const refused = await deliver("a.b.c");
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ err: "invalid_request" });
    });

    it("an unknown provider is a 404", async () => {
      const answer = await fromPage("/auth/nobody", { idToken: "guess" });
      expect(answer.status).toBe(404);
    });
  });
});
