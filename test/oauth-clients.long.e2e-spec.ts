import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { runClient } from "./support/clients";
import { JoseClient } from "./support/jose-client";
import { getWithToken, signIn } from "./support/requests";

const secret = "a/b+c=%:d0~Tq7vZ1mB9xKd4RfW0pLs8Y";
const issuer = "https://service.example";
const metadataPath = "/.well-known/oauth-authorization-server";

type Tokens = Readonly<Record<string, unknown>>;
interface OpenidClientReport {
  readonly metadata: Tokens;
  readonly thumbprint?: string;
  readonly exchanged: Tokens;
  readonly refreshed: Tokens;
  readonly before: { introspected: Tokens; got: unknown };
  readonly after: { introspected: Tokens; got: unknown };
  readonly again: Tokens;
  readonly failed?: unknown;
}

describe("third-party OAuth clients", () => {
  let google: GoogleEmulator;
  const services = new Map<string, TestService>();

  const start = async (DPOP: string, DPOP_NONCE = "optional") => {
    const name = `${DPOP} ${DPOP_NONCE}`;
    const known = services.get(name);
    if (known) return known;
    const service = await TestService.start(google, {
      env: { DPOP, DPOP_NONCE, INTROSPECTION_CLIENTS: `api:${secret}` },
    });
    services.set(name, service);
    return service;
  };
  const orderFor = async (service: TestService) => ({
    ...{ issuer, listensAt: service.url, clientId: google.clientIds[0] },
    idToken: await google.idToken(),
    introspection: { id: "api", secret },
    resource: `${issuer}/users/me?x=1`,
  });

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  afterAll(async () => {
    for (const service of services.values()) await service.stop();
    await google.stop();
  });

  const modes: [string, string, string | undefined][] = [
    ["off", "optional", undefined],
    ["optional", "optional", undefined],
    ["optional", "optional", "ES256"],
    ["optional", "required", "Ed25519"],
    ["required", "required", "ES256"],
    ["required", "required", "RS256"],
  ];

  it.each(modes)(
    "openid-client completes a session, with DPoP %s, nonces %s, key %s",
    async (dpop, nonce, dpopAlgorithm) => {
      const service = await start(dpop, nonce);
      const report = await runClient<OpenidClientReport>("openid-client", {
        ...(await orderFor(service)),
        dpopAlgorithm,
      });
      expect(report.failed).toBeUndefined();
      const { exchanged, refreshed, before, after, again } = report;
      const bound = dpopAlgorithm !== undefined;
      // The library uses lower case.
      const tokenType = bound ? "dpop" : "bearer";
      expect(exchanged).toMatchObject({
        token_type: tokenType,
        issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
        scope: "user",
      });
      expect(refreshed.token_type).toBe(tokenType);
      expect(refreshed.refresh_token).not.toBe(exchanged.refresh_token);
      expect(before.got).toBe(200);
      expect(before.introspected).toMatchObject({
        active: true,
        token_type: bound ? "DPoP" : "Bearer",
        client_id: google.clientIds[0],
      });
      expect(before.introspected.cnf).toEqual(
        bound ? { jkt: report.thumbprint } : undefined,
      );
      expect(after.introspected).toEqual({ active: false });
      expect(after.got).toMatchObject({ status: 401 });
      expect(again).toMatchObject({ status: 400, error: "invalid_grant" });
    },
  );

  it.each<[string, string | undefined, boolean]>([
    ["optional", undefined, false],
    ["optional", "ES256", false],
    ["required", "ES256", true],
    ["required", "Ed25519", true],
  ])(
    "oauth4webapi validates every step, with nonces %s, key %s",
    async (nonce, algorithm, retried) => {
      const service = await start("optional", nonce);
      const report = await runClient<Record<string, Tokens>>("oauth4webapi", {
        ...(await orderFor(service)),
        algorithm,
      });
      expect(report.failed).toBeUndefined();
      // The first request is retried for the nonce; the client then keeps it.
      expect(report.exchanged?.retried).toBe(retried);
      expect(report.refreshed?.retried).toBe(false);
      expect(report.got?.status).toBe(200);
      expect(report.introspected?.active).toBe(true);
      expect(report.claims).toMatchObject({ iss: issuer, scope: "user" });
      expect(report.claims?.cnf !== undefined).toBe(algorithm !== undefined);
      expect(report.after).toMatchObject({ error: "invalid_grant" });
      if (algorithm) {
        expect(report.plain?.challenges).toMatchObject([
          { scheme: "dpop", parameters: { error: "invalid_token" } },
        ]);
      } else expect(report.plain?.status).toBe(200);
    },
  );

  it("jose verifies our access tokens, given only the URL of our keys", async () => {
    const service = await start("off");
    const idToken = await google.idToken();
    const { accessToken, user } = await signIn(service, idToken);
    const altered = `${accessToken.slice(0, -8)}AAAAAAAA`;
    await using jose = JoseClient.start({ issuer, listensAt: [service.url] });
    expect(await jose.verify(accessToken)).toMatchObject({
      payload: { sub: user.id, iss: issuer, scope: "user" },
      protectedHeader: { alg: "ES256", typ: "at+jwt" },
    });
    expect(
      [await jose.verify(altered), await jose.verify(idToken)].map(
        ({ failed }) => failed?.code,
      ),
    ).toEqual([
      "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
      "ERR_JOSE_ALG_NOT_ALLOWED",
    ]);
  });

  describe(`GET ${metadataPath}`, () => {
    const always = {
      issuer,
      token_endpoint: `${issuer}/oauth/token`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: [
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "refresh_token",
      ],
      scopes_supported: ["user"],
      token_endpoint_auth_methods_supported: ["none"],
      revocation_endpoint: `${issuer}/oauth/revoke`,
      revocation_endpoint_auth_methods_supported: ["none"],
    };

    it("lists the fixed endpoints, and can be cached for 5 minutes", async () => {
      await using bare = await TestService.start(google);
      const answer = await getWithToken(bare, metadataPath);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
      expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
      expect(answer.body).toEqual(always);
    });

    it("lists introspection and DPoP if configured", async () => {
      const service = await start("optional");
      const { body } = await getWithToken(service, metadataPath);
      expect(body).toEqual({
        ...always,
        introspection_endpoint: `${issuer}/oauth/introspect`,
        introspection_endpoint_auth_methods_supported: ["client_secret_basic"],
        dpop_signing_alg_values_supported: [
          ...["ES256", "RS256", "EdDSA", "Ed25519"],
        ],
      });
    });

    it("takes no URL from the request", async () => {
      const service = await start("off");
      const response = await service.fetch(metadataPath, {
        headers: {
          "x-forwarded-host": "evil.example",
          forwarded: "host=evil.example",
        },
      });
      expect(await response.text()).not.toContain("evil");
    });
  });
});
