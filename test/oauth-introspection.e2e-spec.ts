import { randomUUID } from "node:crypto";
import { Clock } from "../src/common/clock.port";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { basicAuth, expectOAuthError, postOAuth } from "./support/oauth";
import { answerOf, postJson, signIn } from "./support/requests";
import { query } from "./support/rows";
import { TcpProxy } from "./support/tcp-proxy";

/** One secret changes with form encoding, the other does not. */
const secrets = {
  api: "a/b+c=%:d0~Tq7vZ1mB9xKd4RfW0pLs8Y",
  billing: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
};

describe("POST /oauth/introspect", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;
  let other: TestService;
  const clock = new SteppedClock();

  const start = (env: Record<string, string> = {}) =>
    TestService.start(google, {
      database,
      providers: [{ provide: Clock, useValue: clock }],
      env: {
        INTROSPECTION_CLIENTS: `api:${secrets.api},billing:${secrets.billing}`,
        ...env,
      },
    });

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    [service, other] = [await start(), await start()];
  });

  afterAll(async () => {
    await service.stop();
    await other.stop();
    await database.destroy();
    await google.stop();
  });

  const newSession = async () => {
    const idToken = await google.idToken({ account: newAccount() });
    const { accessToken, body, user } = await signIn(service, idToken);
    return { accessToken, body, user };
  };
  const introspect = (
    token: string,
    headers: Record<string, string> = basicAuth("api", secrets.api),
    by = service,
  ) => postOAuth(by, "/oauth/introspect", { token }, headers);
  const expectInactive = async (token: string, by = service) => {
    const answer = await introspect(token, undefined, by);
    expect([answer.status, answer.body]).toEqual([200, { active: false }]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  };

  it("an access token is active, with its own claims", async () => {
    const { accessToken, body, user } = await newSession();
    const answer = await introspect(accessToken);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.body).toEqual({
      active: true,
      token_type: "Bearer",
      scope: "user",
      client_id: google.clientIds[0],
      sub: user.id,
      sid: body.sessionId,
      iss: "https://service.example",
      aud: "https://service.example",
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      iat: expect.any(Number) as number,
      exp: Number(answer.body.iat) + 900,
      auth_time: expect.any(Number) as number,
      roles: [],
    });
  });

  describe("N1: a caller who does not authenticate", () => {
    const right = basicAuth("api", secrets.api).authorization;
    const refused: [string, Record<string, string>][] = [
      ["nothing", {}],
      ["another secret", basicAuth("api", secrets.billing)],
      ["an unknown client", basicAuth("apis", secrets.api)],
      [
        "the id and secret split at another place",
        basicAuth("api:a", secrets.api.slice(1)),
      ],
      ["no secret", basicAuth("api", "")],
      ["no id", basicAuth("", secrets.api)],
      ["a longer secret", basicAuth("api", `${secrets.api}x`)],
      ["half a secret", basicAuth("api", secrets.api.slice(0, 16))],
      ["another scheme", { authorization: right.replace("Basic", "Bearer") }],
      ["garbage", { authorization: "Basic ====" }],
    ];

    it.each(refused)("by %s is 401 invalid_client", async (_what, headers) => {
      const { accessToken } = await newSession();
      const answer = await introspect(accessToken, headers);
      expectOAuthError(answer, 401, "invalid_client");
      expect(answer.headers.get("www-authenticate")).toBe(
        'Basic realm="introspection", charset="UTF-8"',
      );
    });

    it("by the access token itself, or by fields of the form, is 401", async () => {
      const { accessToken: token } = await newSession();
      const bearer = { authorization: `Bearer ${token}` };
      expectOAuthError(await introspect(token, bearer), 401, "invalid_client");
      const posted = await postOAuth(service, "/oauth/introspect", {
        ...{ token, client_id: "api", client_secret: secrets.api },
      });
      expectOAuthError(posted, 401, "invalid_client");
    });

    it("is always 401 without configured clients", async () => {
      await using closed = await start({ INTROSPECTION_CLIENTS: "" });
      const answer = await introspect("x", undefined, closed);
      expectOAuthError(answer, 401, "invalid_client");
    });
  });

  it.each(["api", "billing"] as const)(
    "%s may send its secret encoded or plain",
    async (id) => {
      const { accessToken } = await newSession();
      const plain = Buffer.from(`${id}:${secrets[id]}`).toString("base64");
      for (const headers of [
        basicAuth(id, secrets[id]),
        { authorization: `Basic ${plain}` },
      ]) {
        const answer = await introspect(accessToken, headers);
        expect(answer.body.active).toBe(true);
      }
    },
  );

  describe("N2 N4: anything but our access token", () => {
    it.each<[string, () => string | Promise<string>]>([
      ["garbage", () => "garbage"],
      ["a Google ID token", () => google.idToken()],
      ["a security event token", () => google.securityEventToken()],
      ["10 kB", () => "a".repeat(10_000)],
      [
        "N4 a refresh token",
        async () => String((await newSession()).body.refreshToken),
      ],
      [
        "an access token with another signature",
        async () =>
          (await newSession()).accessToken.replace(/.{8}$/, "AAAAAAAA"),
      ],
      [
        "an access token of another service",
        async () => {
          await using stranger = await TestService.start(google);
          return (await signIn(stranger, await google.idToken())).accessToken;
        },
      ],
    ])("%s is inactive, without further members", async (_what, mint) => {
      await expectInactive(await mint());
    });

    it("an access token is inactive from its expiry on", async () => {
      const { accessToken } = await newSession();
      clock.step(890);
      expect((await introspect(accessToken)).body.active).toBe(true);
      clock.step(10);
      await expectInactive(accessToken);
      clock.step(-900);
    });
  });

  describe("N3: an access token of an ended session", () => {
    it("is inactive at once, on every instance", async () => {
      for (let round = 0; round < 20; round++) {
        const { accessToken } = await newSession();
        expect((await introspect(accessToken)).body.active).toBe(true);
        const { status } = await service.fetch("/auth/logout", {
          method: "POST",
          headers: { authorization: `Bearer ${accessToken}` },
        });
        expect(status).toBe(204);
        await expectInactive(accessToken, other);
        await expectInactive(accessToken);
      }
    });

    it("is inactive when its user is deleted", async () => {
      const { accessToken, user } = await newSession();
      await query(service, "DELETE FROM google_auth.users WHERE id = $1", [
        user.id,
      ]);
      await expectInactive(accessToken);
    });
  });

  it("is 503, not inactive, while the database is unavailable", async () => {
    await using network = await TcpProxy.to(database.url);
    await using cut = await start({ DATABASE_URL: network.url });
    const { accessToken } = await newSession();
    await network.cut();
    const answer = await introspect(accessToken, undefined, cut);
    await network.restore();
    expectOAuthError(answer, 503, "temporarily_unavailable");
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  describe("an invalid request", () => {
    const headers = basicAuth("api", secrets.api);

    it("by GET is 405, as JSON 415, without a token 400", async () => {
      const get = await service.fetch("/oauth/introspect", { headers });
      expectOAuthError(await answerOf(get), 405, "invalid_request");
      const json = await service.fetch("/oauth/introspect", {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ token: "x" }),
      });
      expectOAuthError(await answerOf(json), 415, "invalid_request");
      expectOAuthError(await introspect(""), 400, "invalid_request");
    });

    it("does not write the token to the log", async () => {
      const marker = randomUUID();
      await introspect(marker);
      await postJson(service, "/oauth/introspect", { token: marker });
      const log = service.logLines.join("");
      expect(log).not.toContain(marker);
      expect(log).not.toContain(secrets.api);
    });
  });
});
