import { ResourceServerModule } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { newAccount } from "../src/testing/google/accounts";
import { TestService } from "../src/testing/test-service";
import { person } from "./support/calls";
import { DpopClient } from "./support/dpop-client";
import { Front } from "./support/front";
import { type Answer, postJson, signIn } from "./support/requests";
import { ResourceApp } from "./support/resource-app";
import { query } from "./support/rows";
import { FrozenClock } from "../src/testing/frozen-clock";

const jwks = "/.well-known/jwks.json";
const metadata = "/.well-known/oauth-authorization-server";
const verdict = ({ status, body }: Answer) => [status, body.code];

describe("another application, guarded by ResourceServerModule.forResourceServer", () => {
  let google: GoogleEmulator;
  let front: Front;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    front = await Front.start();
    service = await TestService.start(google, {
      env: { PUBLIC_URL: front.url, DPOP: "optional" },
    });
    front.leadsTo(service.url);
  });

  afterEach(() => front.clearAnswers());

  afterAll(async () => {
    await service.stop();
    await front[Symbol.asyncDispose]();
    await google.stop();
  });

  describe("configured with only the issuer", () => {
    let app: ResourceApp;

    beforeAll(async () => {
      app = await ResourceApp.start({ issuer: front.url });
    });

    afterAll(() => app[Symbol.asyncDispose]());

    it("accepts the service's access tokens", async () => {
      const { accessToken, id } = await person(service, google);
      const answer = await app.bearer(accessToken);
      expect([answer.status, answer.body]).toEqual([
        200,
        { userId: id, roles: [] },
      ]);
    });

    it("refuses other requests like the service itself", async () => {
      const answer = await app.get("/notes");
      expect(verdict(answer)).toEqual([401, "unauthenticated"]);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      expect(answer.headers.get("content-type")).toMatch(/problem\+json/);
      expect(answer.body).not.toHaveProperty("reason");
    });

    it.each<[string, () => string | Promise<string>]>([
      ["garbage", () => "garbage"],
      ["a Google ID token", () => google.idToken()],
      [
        "a refresh token",
        async () => (await person(service, google)).refreshToken,
      ],
      [
        "an altered token",
        async () =>
          (await person(service, google)).accessToken.replace(
            /.{8}$/,
            "AAAAAAAA",
          ),
      ],
      [
        "a token of another service",
        async () => {
          await using other = await TestService.start(google, {
            env: { PUBLIC_URL: front.url },
          });
          return (await person(other, google)).accessToken;
        },
      ],
    ])("refuses %s", async (_what, mint) => {
      const answer = await app.bearer(await mint());
      expect(verdict(answer)).toEqual([401, "unauthenticated"]);
      expect(answer.headers.get("www-authenticate")).toBe(
        'Bearer error="invalid_token"',
      );
    });

    it("supports @Public, @OptionalAuth and @Roles", async () => {
      expect((await app.bearer("garbage", "/notes/public")).status).toBe(200);
      const nobody = await app.get("/notes/optional");
      expect(nobody.body).toEqual({ userId: null });
      expect((await app.bearer("garbage", "/notes/optional")).status).toBe(401);
      const account = newAccount();
      const { accessToken, id } = await person(service, google, account);
      const known = await app.bearer(accessToken, "/notes/optional");
      expect(known.body).toEqual({ userId: id });
      const refused = await app.bearer(accessToken, "/notes/admin");
      expect(verdict(refused)).toEqual([403, "insufficient_role"]);
      await query(
        service,
        "UPDATE google_auth.users SET roles = '{admin}' WHERE id = $1",
        [id],
      );
      const admin = await signIn(service, await google.idToken({ account }));
      const admitted = await app.bearer(admin.accessToken, "/notes/admin");
      expect(admitted.status).toBe(200);
    });

    it("does not change the app's own errors, and adds no routes", async () => {
      const conflict = await app.get("/notes/conflict");
      expect(conflict.body).toEqual({
        ...{ statusCode: 409, error: "Conflict" },
        message: "of the app's own",
      });
      for (const path of [
        ...["/auth/google", "/users/me", jwks, metadata],
        "/.well-known/oauth-protected-resource",
      ]) {
        expect((await app.get(path)).status).toBe(404);
      }
    });

    it("refuses a token that is bound to a key, because it cannot check the proof", async () => {
      const client = new DpopClient();
      const dpop = client.proof({ url: `${front.url}/auth/google` });
      const response = await service.fetch("/auth/google", {
        method: "POST",
        headers: { dpop },
        body: new URLSearchParams({ idToken: await google.idToken() }),
      });
      const { accessToken } = (await response.json()) as {
        accessToken: string;
      };
      expect((await app.bearer(accessToken)).status).toBe(401);
    });

    it("fetches the keys once for all waiting requests", async () => {
      await using fresh = await ResourceApp.start({ issuer: front.url });
      const before = [front.count(metadata), front.count(jwks)];
      const { accessToken } = await person(service, google);
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => fresh.bearer(accessToken)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(
        new Set([200]),
      );
      for (let i = 0; i < 20; i++) await fresh.bearer(accessToken);
      expect([front.count(metadata), front.count(jwks)]).toEqual(
        before.map((count) => count + 1),
      );
    });
  });

  it("refuses a token from its expiry on", async () => {
    const clock = new FrozenClock();
    await using app = await ResourceApp.start({ issuer: front.url }, clock);
    const { accessToken } = await person(service, google);
    expect((await app.bearer(accessToken)).status).toBe(200);
    clock.advance(901);
    expect(verdict(await app.bearer(accessToken))).toEqual([
      401,
      "unauthenticated",
    ]);
  });

  it("refuses a token for another audience", async () => {
    await using app = await ResourceApp.start({
      ...{ issuer: front.url, audience: "https://other.example" },
    });
    const { accessToken } = await person(service, google);
    expect((await app.bearer(accessToken)).status).toBe(401);
  });

  it("without introspection accepts an ended session's token until it expires", async () => {
    await using app = await ResourceApp.start({ issuer: front.url });
    const { accessToken, refreshToken } = await person(service, google);
    await postJson(service, "/auth/logout", { refreshToken });
    expect((await app.bearer(accessToken)).status).toBe(200);
  });

  it("can take its options from another module", async () => {
    await using app = await ResourceApp.with(
      ResourceServerModule.forRootAsync({
        useFactory: () =>
          Promise.resolve({ issuer: front.url, showReasons: true }),
      }),
    );
    const { accessToken } = await person(service, google);
    expect((await app.bearer(accessToken)).status).toBe(200);
    const answer = await app.bearer("garbage");
    expect(answer.body.reason).toBe("malformed_token");
  });

  it.each([
    [
      "an issuer on another host without TLS",
      { issuer: "http://auth.example" },
    ],
    ["an issuer that is no URL", { issuer: "auth" }],
    [
      "keys on another host without TLS",
      { issuer: "https://auth.example", jwksUri: "http://auth.example/keys" },
    ],
  ])("does not start with %s", async (_what, options) => {
    await expect(ResourceApp.start(options)).rejects.toThrow("https URL");
  });

  describe("configured with its own URL", () => {
    const publicUrl = "https://notes.example/v1";

    it("publishes metadata with the issuer, at the URL in its challenge", async () => {
      await using app = await ResourceApp.start({
        issuer: front.url,
        publicUrl,
      });
      const path = "/.well-known/oauth-protected-resource";
      const refused = await app.get("/notes");
      expect(refused.headers.get("www-authenticate")).toMatch(
        new RegExp(`, resource_metadata="${publicUrl}${path}"$`),
      );
      const { status, body } = await app.get(path);
      expect([status, body]).toEqual([
        200,
        {
          resource: publicUrl,
          authorization_servers: [front.url],
          scopes_supported: ["user"],
          bearer_methods_supported: ["header"],
          dpop_signing_alg_values_supported: [
            "ES256",
            "RS256",
            "EdDSA",
            "Ed25519",
          ],
          dpop_bound_access_tokens_required: false,
        },
      ]);
    });

    it("accepts bound tokens with a proof for that URL", async () => {
      await using app = await ResourceApp.start({
        issuer: front.url,
        publicUrl,
      });
      const client = new DpopClient();
      const response = await service.fetch("/auth/google", {
        method: "POST",
        headers: { dpop: client.proof({ url: `${front.url}/auth/google` }) },
        body: new URLSearchParams({ idToken: await google.idToken() }),
      });
      const { accessToken: token } = (await response.json()) as {
        accessToken: string;
      };
      const authorization = `DPoP ${token}`;
      const proof = (url: string) =>
        client.proof({ url, token, method: "GET" });
      const dpop = proof(`${publicUrl}/notes`);
      expect((await app.get("/notes", { authorization, dpop })).status).toBe(
        200,
      );
      for (const bad of [
        dpop,
        proof(`${app.url}/notes`),
        proof(`${front.url}/notes`),
      ]) {
        const refused = await app.get("/notes", { authorization, dpop: bad });
        expect(verdict(refused)).toEqual([401, "unauthenticated"]);
        expect(refused.headers.get("www-authenticate")).toMatch(
          /^DPoP error="invalid_dpop_proof"/,
        );
      }
      expect((await app.bearer(token)).status).toBe(401);
      const { accessToken } = await person(service, google);
      expect((await app.bearer(accessToken)).status).toBe(200);
    });
  });
});
