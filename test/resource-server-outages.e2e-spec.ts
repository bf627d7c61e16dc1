import { generateKeyPairSync } from "node:crypto";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { person } from "./support/calls";
import { fails, Front, says } from "./support/front";
import { FrozenClock } from "../src/testing/frozen-clock";
import type { Answer } from "./support/requests";
import { ResourceApp } from "./support/resource-app";

const jwks = "/.well-known/jwks.json";
const metadata = "/.well-known/oauth-authorization-server";
const hour = 3600;

const verdict = ({ status, body }: Answer) => [status, body.code];
const expectAway = (answer: Answer) => {
  expect(verdict(answer)).toEqual([503, "service_unavailable"]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
};
describe("another application when its issuer", () => {
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
    for (const path of [jwks, metadata]) front.answer(path, fails);
  };
  /** The token with another key id. */
  const withKey = (token: string, kid: string) => {
    const [, payload, signature] = token.split(".");
    const header = JSON.stringify({ alg: "ES256", typ: "at+jwt", kid });
    return `${Buffer.from(header).toString("base64url")}.${payload}.${signature}`;
  };

  describe("is unavailable", () => {
    it("from the start: 503, not an invalid token, and it recovers by itself", async () => {
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

    it("for a while: the cached keys stay in use", async () => {
      const token = await newToken();
      expect((await app.bearer(token)).status).toBe(200);
      cutOff();
      clock.advance(300 + 10);
      expect((await app.bearer(token)).status).toBe(200);
    });

    it("for longer than any token is valid: 503", async () => {
      expect((await app.bearer(await newToken())).status).toBe(200);
      cutOff();
      clock.advance(300 + hour);
      expectAway(await app.bearer(await newToken()));
    });
  });

  describe("returns invalid data", () => {
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
        "metadata of the issuer with a trailing slash",
        metadata,
        (value) => ({ ...value, issuer: `${front.url}/` }),
      ],
      [
        "metadata without keys",
        metadata,
        (value) => ({ ...value, jwks_uri: undefined }),
      ],
      [
        "keys on another host without TLS",
        metadata,
        (value) => ({ ...value, jwks_uri: "http://keys.example" }),
      ],
      ["a list", metadata, () => []],
      ["null", jwks, () => null],
      ["no keys", jwks, () => ({ keys: [] })],
      [
        "keys for another use",
        jwks,
        () => ({ keys: [{ kty: "RSA", kid: "1", n: "AQ", e: "AQAB" }] }),
      ],
      [
        "a malformed key",
        jwks,
        () => ({
          keys: [{ kty: "EC", crv: "P-256", kid: "1", x: "AQ", y: "AQ" }],
        }),
      ],
      ["100 kB", jwks, () => ({ keys: [], x: "x".repeat(100_000) })],
    ];

    it.each(nonsense)(
      "%s: 503, and nothing of it is used",
      async (_what, path, change) => {
        front.answer(path, says(change(await good())));
        expectAway(await app.bearer(await newToken()));
      },
    );

    it("redirects: 503 without following", async () => {
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

    it("a new key costs one fetch, and a flood of unknown key ids costs no more", async () => {
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

    it("a withdrawn key is no longer accepted once the cache has expired", async () => {
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
});
