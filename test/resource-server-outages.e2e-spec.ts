import { generateKeyPairSync } from "node:crypto";
import type { ServerResponse } from "node:http";
import { GoogleEmulator } from "../src/testing/google-emulator";
import { TestService } from "../src/testing/test-service";
import { person } from "./support/calls";
import { Front } from "./support/front";
import { FrozenClock } from "../src/testing/frozen-clock";
import { basicAuth } from "./support/oauth";
import { type Answer, postJson } from "./support/requests";
import { ResourceApp } from "./support/resource-app";

const jwks = "/.well-known/jwks.json";
const metadata = "/.well-known/oauth-authorization-server";
const introspect = "/oauth/introspect";
const secret = "a/b+c=%:d0~Tq7vZ1mB9xKd4RfW0pLs8Y";
const hour = 3600;

const verdict = ({ status, body }: Answer) => [status, body.code];
const expectAway = (answer: Answer) => {
  expect(verdict(answer)).toEqual([503, "service_unavailable"]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
};
const says =
  (value: unknown) => (_request: unknown, response: ServerResponse) =>
    void response
      .writeHead(200, { "cache-control": "max-age=300" })
      .end(JSON.stringify(value));
const fails = (_request: unknown, response: ServerResponse) =>
  void response.writeHead(500).end();

describe("another application, when its issuer", () => {
  let google: GoogleEmulator;
  let front: Front;
  let service: TestService;
  let clock: FrozenClock;
  let app: ResourceApp;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    front = await Front.start();
    service = await TestService.start(google, {
      env: {
        PUBLIC_URL: front.url,
        ACCESS_TOKEN_TTL_SECONDS: "3600",
        INTROSPECTION_CLIENTS: `notes:${secret}`,
      },
    });
    front.leadsTo(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await front[Symbol.asyncDispose]();
    await google.stop();
  });

  beforeEach(async () => {
    front.clearAnswers();
    clock = new FrozenClock();
    app = await ResourceApp.start({ issuer: front.url }, clock);
  });

  afterEach(() => app[Symbol.asyncDispose]());

  const newToken = async () => (await person(service, google)).accessToken;
  const cutOff = () => {
    for (const path of [jwks, metadata, introspect]) front.answer(path, fails);
  };
  /** The token under another key id. */
  const withKey = (token: string, kid: string) => {
    const [, payload, signature] = token.split(".");
    const header = JSON.stringify({ alg: "ES256", typ: "at+jwt", kid });
    return `${Buffer.from(header).toString("base64url")}.${payload}.${signature}`;
  };

  describe("is away", () => {
    it("from the start: 503 and never a bad token; it recovers by itself", async () => {
      cutOff();
      const token = await newToken();
      expectAway(await app.bearer(token));
      const asked = front.count(metadata);
      for (let i = 0; i < 10; i++) expectAway(await app.bearer(token));
      expect(front.count(metadata)).toBe(asked);
      front.clearAnswers();
      clock.advance(10);
      expect((await app.bearer(token)).status).toBe(200);
    });

    it("for a while: the keys it has go on being good", async () => {
      const token = await newToken();
      expect((await app.bearer(token)).status).toBe(200);
      cutOff();
      clock.advance(300 + 10);
      expect((await app.bearer(token)).status).toBe(200);
    });

    it("for longer than any token lives: 503", async () => {
      expect((await app.bearer(await newToken())).status).toBe(200);
      cutOff();
      clock.advance(300 + hour);
      expectAway(await app.bearer(await newToken()));
    });
  });

  describe("answers nonsense", () => {
    const good = async () => {
      const answer = await fetch(front.url + metadata);
      return (await answer.json()) as Record<string, unknown>;
    };
    const nonsense: [
      string,
      string,
      (value: Record<string, unknown>) => unknown,
    ][] = [
      [
        "metadata of another issuer",
        metadata,
        (value) => ({ ...value, issuer: "https://evil.example" }),
      ],
      [
        "metadata of almost this issuer",
        metadata,
        (value) => ({ ...value, issuer: `${front.url}/` }),
      ],
      [
        "metadata without keys",
        metadata,
        (value) => ({ ...value, jwks_uri: undefined }),
      ],
      [
        "keys elsewhere without TLS",
        metadata,
        (value) => ({ ...value, jwks_uri: "http://keys.example" }),
      ],
      ["a list", metadata, () => []],
      ["null", jwks, () => null],
      ["no keys", jwks, () => ({ keys: [] })],
      [
        "keys for something else",
        jwks,
        () => ({ keys: [{ kty: "RSA", kid: "1", n: "AQ", e: "AQAB" }] }),
      ],
      [
        "a key that is none",
        jwks,
        () => ({
          keys: [{ kty: "EC", crv: "P-256", kid: "1", x: "AQ", y: "AQ" }],
        }),
      ],
      ["100 kB", jwks, () => ({ keys: [], x: "x".repeat(100_000) })],
    ];

    it.each(nonsense)(
      "%s: 503, and nothing of it is believed",
      async (_what, path, change) => {
        front.answer(path, says(change(await good())));
        expectAway(await app.bearer(await newToken()));
      },
    );

    it("redirects: 503, and the other address is not asked", async () => {
      front.answer(jwks, (_request, response) => {
        response.writeHead(302, { location: "/elsewhere" }).end();
      });
      expectAway(await app.bearer(await newToken()));
      expect(front.count("/elsewhere")).toBe(0);
    });
  });

  describe("changes its keys", () => {
    const otherKeys = () => {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const key = publicKey.export({ format: "jwk" });
      return { keys: [{ ...key, kid: "other", alg: "ES256", use: "sig" }] };
    };

    it("a new key is found by asking once, and a flood of made-up ones asks no more", async () => {
      front.answer(jwks, says(otherKeys()));
      const token = await newToken();
      expect((await app.bearer(token)).status).toBe(401);
      front.clearAnswers();
      clock.advance(10);
      const asked = front.count(jwks);
      expect((await app.bearer(token)).status).toBe(200);
      expect(front.count(jwks)).toBe(asked + 1);
      const flood = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          app.bearer(withKey(token, `k${i}`)),
        ),
      );
      expect(new Set(flood.map(({ status }) => status))).toEqual(
        new Set([401]),
      );
      expect(front.count(jwks)).toBe(asked + 1);
    });

    it("a key that was withdrawn is no longer believed when its time is over", async () => {
      const token = await newToken();
      expect((await app.bearer(token)).status).toBe(200);
      front.answer(jwks, says(otherKeys()));
      clock.advance(269);
      expect((await app.bearer(token)).status).toBe(200);
      clock.advance(31);
      expect(verdict(await app.bearer(token))).toEqual([
        401,
        "unauthenticated",
      ]);
    });
  });

  describe("is asked about each token", () => {
    const withIntrospection = (clientSecret = secret) =>
      ResourceApp.start(
        {
          issuer: front.url,
          introspection: { clientId: "notes", clientSecret },
        },
        clock,
      );

    it("an ended session is over within the second", async () => {
      await using strict = await withIntrospection();
      const { accessToken, refreshToken } = await person(service, google);
      expect((await strict.bearer(accessToken)).status).toBe(200);
      await postJson(service, "/auth/logout", { refreshToken });
      clock.advance(0.999);
      expect((await strict.bearer(accessToken)).status).toBe(200);
      clock.advance(0.001);
      const answer = await strict.bearer(accessToken);
      expect(verdict(answer)).toEqual([401, "unauthenticated"]);
    });

    it("it is asked once a second at most, however many wait, and never about bad tokens", async () => {
      await using strict = await withIntrospection();
      const token = await newToken();
      const asked = front.count(introspect);
      await Promise.all(Array.from({ length: 50 }, () => strict.bearer(token)));
      for (let i = 0; i < 20; i++) await strict.bearer(token);
      await strict.bearer(`${token.slice(0, -8)}AAAAAAAA`);
      expect(front.count(introspect)).toBe(asked + 1);
      clock.advance(1);
      expect((await strict.bearer(token)).status).toBe(200);
      expect(front.count(introspect)).toBe(asked + 2);
    });

    it("while it does not answer, who was good is believed for a minute; others are 503", async () => {
      await using strict = await withIntrospection();
      const [known, unknown] = [await newToken(), await newToken()];
      expect((await strict.bearer(known)).status).toBe(200);
      front.answer(introspect, fails);
      clock.advance(59.999);
      expect((await strict.bearer(known)).status).toBe(200);
      expectAway(await strict.bearer(unknown));
      clock.advance(0.001);
      expectAway(await strict.bearer(known));
      front.clearAnswers();
      clock.advance(1);
      expect((await strict.bearer(known)).status).toBe(200);
    });

    it("and left alone for a second after a failure", async () => {
      await using strict = await withIntrospection();
      front.answer(introspect, fails);
      const asked = front.count(introspect);
      for (let i = 0; i < 10; i++)
        expectAway(await strict.bearer(await newToken()));
      expect(front.count(introspect)).toBe(asked + 1);
    });

    it.each([
      ["no object", null],
      ["an object that does not say it", {}],
      ["a text", { active: "true" }],
    ])("%s is no answer", async (_what, value) => {
      await using strict = await withIntrospection();
      front.answer(introspect, says(value));
      expectAway(await strict.bearer(await newToken()));
    });

    it("a wrong secret of the application's is its own fault, not the caller's", async () => {
      await using strict = await withIntrospection(`${secret}x`);
      expectAway(await strict.bearer(await newToken()));
      // The secret itself is right, as the service sees it.
      const answer = await fetch(front.url + introspect, {
        method: "POST",
        headers: basicAuth("notes", secret),
        body: new URLSearchParams({ token: await newToken() }),
      });
      expect(await answer.json()).toMatchObject({ active: true });
    });

    it("an issuer without introspection leaves the application without an answer", async () => {
      const known = await (await fetch(front.url + metadata)).json();
      front.answer(
        metadata,
        says({ ...(known as object), introspection_endpoint: undefined }),
      );
      await using strict = await withIntrospection();
      expectAway(await strict.bearer(await newToken()));
    });
  });
});
