import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { operations } from "./support/open-api";
import { answerOf, postJson, signIn } from "./support/requests";
import { FrozenClock } from "../src/testing/frozen-clock";
import { rateLimitNames } from "../src/rate-limits/rate-limits.options";
import { tally } from "./support/sign-in-load";
/** The number of concurrent requests, as from a script. */
const atOnce = 25;

describe("the rate limits of the sign-in", () => {
  let google: GoogleEmulator;
  let idToken: string;
  let clock: FrozenClock;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  beforeEach(async () => {
    clock = new FrozenClock();
    idToken = await google.idToken();
  });

  afterEach(() => service.stop());
  afterAll(() => google.stop());

  async function start(env: Record<string, string>): Promise<void> {
    service = await TestService.start(google, {
      env,
      providers: [clock.provider],
    });
  }

  /** A sign-in with X-Forwarded-For, from a proxy or forged. */
  async function signInFor(
    forwardedFor: string,
    token = idToken,
    headers: Record<string, string> = {},
  ) {
    return answerOf(
      await service.fetch("/auth/google", {
        method: "POST",
        headers: { "x-forwarded-for": forwardedFor, ...headers },
        body: new URLSearchParams({ idToken: token }),
      }),
    );
  }

  /**
   * Signs in for each of these clients, some at once; returns the responses in
   * order.
   */
  async function signInForAll(clients: readonly string[], token = idToken) {
    const answers = [];
    for (let first = 0; first < clients.length; first += atOnce) {
      const batch = clients.slice(first, first + atOnce);
      answers.push(
        ...(await Promise.all(batch.map((client) => signInFor(client, token)))),
      );
    }
    return answers;
  }

  const limited = "429 rate_limited sign_in";
  const lockedOut = "429 rate_limited sign_in_failures";
  const malformedToken = "401 invalid_token malformed_token";

  it("W-013 count an untrusted peer as one client, regardless of X-Forwarded-For", async () => {
    await start({ RATE_LIMIT_SIGN_IN: "40/60" });
    const inventions = Array.from(
      { length: 1000 },
      (_, i) => `10.${i % 7}.${i >> 8}.${i & 255}, 192.0.2.${i & 255}`,
    );
    const answers = await signInForAll(inventions);
    expect(tally(answers)).toEqual({ 200: 40, [limited]: 960 });
  });

  it("count the clients behind a trusted proxy separately", async () => {
    await start({
      RATE_LIMIT_SIGN_IN: "2/60",
      TRUSTED_PROXIES: "127.0.0.0/8",
    });
    const clientOf = (call: number) => `198.51.100.${call % 100}`;
    const forwarded = Array.from(
      { length: 1000 },
      (_, call) => `203.0.113.${call & 255}, ${clientOf(call)}`,
    );
    const answers = await signInForAll(forwarded);
    expect(tally(answers)).toEqual({ 200: 200, [limited]: 800 });
    const ofOne = answers.filter((_, call) => clientOf(call).endsWith(".42"));
    expect(tally(ofOne)).toEqual({ 200: 2, [limited]: 8 });
  });

  it("count an IPv6 /64, and every spelling of an IPv4 address, as one client", async () => {
    await start({ RATE_LIMIT_SIGN_IN: "2/60", TRUSTED_PROXIES: "127.0.0.1" });
    const statuses = async (...clients: string[]) => {
      const answers = [];
      for (const client of clients) answers.push(await signInFor(client));
      return answers.map(({ status }) => status);
    };
    expect(
      await statuses(
        "2001:db8:0:1::1",
        "[2001:DB8:0:1:ffff::2]:443",
        "2001:db8::1:9:9:9:9",
        "2001:db8:0:2::1",
      ),
    ).toEqual([200, 200, 429, 200]);
    expect(
      await statuses("192.0.2.1:1234", "::ffff:192.0.2.1", "::ffff:c000:201"),
    ).toEqual([200, 200, 429]);
  });

  it("W-016 count an invalid address as the proxy that forwarded it", async () => {
    await start({ RATE_LIMIT_SIGN_IN: "3/60", TRUSTED_PROXIES: "127.0.0.1" });
    const answers = await signInForAll([
      ...["unknown", "", ",", "192.0.2.1, unknown", "x".repeat(10_000)],
      ...["192.0.2.2, 1.2.3.4:port", "127.0.0.1"],
    ]);
    expect(tally(answers)).toEqual({ 200: 3, [limited]: 4 });
  });

  it("send Retry-After, and admit the client after it", async () => {
    await start({ RATE_LIMIT_SIGN_IN: "1/60" });
    await signIn(service, idToken);
    const refused = await signIn(service, idToken);
    expect([refused.status, refused.body.code]).toEqual([429, "rate_limited"]);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(refused.headers.get("cache-control")).toBe("no-store");
    expect(refused.headers.get("content-type")).toMatch(/problem\+json/);
    expect(refused.headers.get("x-ratelimit-limit")).toBeNull();

    clock.advance(20.5);
    const again = await signIn(service, idToken);
    expect(again.headers.get("retry-after")).toBe("40");
    clock.advance(39.499);
    const last = await signIn(service, idToken);
    expect([last.status, last.headers.get("retry-after")]).toEqual([429, "1"]);
    clock.advance(0.001);
    expect((await signIn(service, idToken)).status).toBe(200);
  });

  it("allow the configured number of concurrent failures, then refuse that network", async () => {
    await start({
      RATE_LIMIT_SIGN_IN_FAILURES: "5/60",
      TRUSTED_PROXIES: "127.0.0.1",
    });
    const guesses = Array.from({ length: 25 }, () => "192.0.2.1");
    const answers = await signInForAll(guesses, "guess");
    expect(tally(answers)).toEqual({ [malformedToken]: 5, [lockedOut]: 20 });

    const good = await signInFor("192.0.2.1");
    expect([good.status, good.body.code]).toEqual([429, "rate_limited"]);
    expect(good.headers.get("retry-after")).toBe("60");
    expect((await signInFor("192.0.2.2")).status).toBe(200);
    clock.advance(60);
    expect((await signInFor("192.0.2.1")).status).toBe(200);
  });

  it("do not count an outage, an invalid request or another origin as a failure", async () => {
    await start({ RATE_LIMIT_SIGN_IN_FAILURES: "1/60" });
    google.setFault("/oauth2/v1/certs", { status: 500 });
    const evil = { origin: "https://evil.example" };
    const answers = [
      await signInFor("", idToken),
      await signInFor("", ""),
      await signInFor("", "guess", evil),
      await signInFor("", idToken, evil),
    ];
    expect(answers.map(({ body }) => body.code)).toEqual([
      "identity_provider_unavailable",
      "invalid_request",
      "origin_not_allowed",
      "origin_not_allowed",
    ]);
    google.clearFaults();
    clock.advance(60);
    expect((await signInFor("")).status).toBe(200);
  });

  it("check the origin first, and no token of a client that is locked out", async () => {
    await start({ RATE_LIMIT_SIGN_IN: "1/60" });
    await signIn(service, idToken);
    const before = google.requestCount();
    const unknownKey = await google.idToken({
      header: { kid: "0".repeat(40) },
    });
    const answers = [
      await signInFor("", unknownKey),
      await signInFor("", unknownKey, { origin: "https://evil.example" }),
    ];
    expect(answers.map(({ body }) => body.code)).toEqual([
      "rate_limited",
      "origin_not_allowed",
    ]);
    expect(google.requestCount()).toBe(before);
  });

  it("count the alias with the sign-ins, and nonces separately", async () => {
    await start({ RATE_LIMIT_SIGN_IN: "2/60", RATE_LIMIT_NONCE: "1/60" });
    const paths = ["/auth/google", "/tokensignin", "/auth/google/nonce"];
    const statuses = [];
    for (const path of [...paths, ...paths]) {
      statuses.push((await postJson(service, path, { idToken })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
  });

  it("are not used up by a page of another site, on any route", async () => {
    const env = Object.fromEntries(
      rateLimitNames.map((name) => [
        `RATE_LIMIT_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`,
        "1/3600",
      ]),
    );
    await start({
      ...env,
      APP_URL: "https://app.example.com/",
      GOOGLE_CLIENT_SECRET: "a-secret-of-many-letters",
      INTROSPECTION_CLIENTS: "api:k3vXq0wZtB8mN5rY2pLs7dFh4jUaCgEi",
    });
    const limited = operations.filter(({ responses }) => "429" in responses);
    expect(limited.length).toBeGreaterThan(10);
    const statuses = new Map<string, number>();
    for (const { method, path } of limited) {
      // A development tool that is off here.
      if (path === "/tokeninfo") continue;
      for (let call = 0; call < 3; call++) {
        const { status } = await service.fetch(path, {
          method,
          redirect: "manual",
          headers: {
            origin: "https://evil.example",
            "sec-fetch-site": "cross-site",
          },
          body: method === "GET" ? null : new URLSearchParams({ idToken }),
        });
        statuses.set(`${method} ${path}`, status);
      }
    }
    const counted = [...statuses].filter(([, status]) => status === 429);
    expect(counted).toEqual([]);
    expect((await signIn(service, idToken)).status).toBe(200);
    const nonce = await postJson(service, "/auth/google/nonce", {});
    expect(nonce.status).toBe(200);
  });
});
