import { GoogleEmulator } from "../src/testing/google-emulator";
import { TestService } from "../src/testing/test-service";
import { type Answer, answerOf, signIn } from "./support/requests";
import { rowCounts } from "./support/rows";

interface Case {
  readonly name: string;
  readonly send: () => Promise<Response>;
  readonly status: number;
  readonly code: string;
  readonly reason?: string;
}

describe("bad input to the sign-in", () => {
  let google: GoogleEmulator;
  let service: TestService;
  const sent: string[] = [];

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google);
    // Somebody to be mistaken for.
    await signIn(service, await google.idToken());
  });

  afterAll(async () => {
    await service.stop();
    await google.stop();
  });

  const post = (body: string | undefined, contentType?: string) => () =>
    service.fetch("/auth/google", {
      method: "POST",
      body: body === undefined ? undefined : Buffer.from(body),
      headers: contentType === undefined ? {} : { "content-type": contentType },
    });
  const json = (value: unknown) =>
    post(JSON.stringify(value), "application/json");
  const form = (text: string) =>
    post(text, "application/x-www-form-urlencoded");
  const token =
    (mint: () => Promise<string> | string) => async (): Promise<Response> => {
      const idToken = await mint();
      sent.push(idToken);
      return json({ idToken })();
    };
  const shape = (name: string, send: Case["send"]): Case => ({
    name,
    send,
    status: 400,
    code: "invalid_request",
  });
  const media = (name: string, send: Case["send"]): Case => ({
    name,
    send,
    status: 415,
    code: "unsupported_media_type",
  });
  const refused = (
    name: string,
    reason: string,
    mint: () => Promise<string> | string,
    code = "invalid_token",
  ): Case => ({ name, send: token(mint), status: 401, code, reason });
  const good = () => google.idToken();

  const cases: Case[] = [
    shape("no body", post(undefined)),
    shape("an empty JSON body", post("", "application/json")),
    shape("an empty object", json({})),
    shape("null", json(null)),
    shape("an array", json([])),
    shape("a string", json("jwt")),
    shape("broken JSON", post("{", "application/json")),
    shape("an empty form", form("")),
    shape("a null token", json({ credential: null })),
    shape("an empty token", json({ idToken: "" })),
    shape("a number for a token", json({ idToken: 1 })),
    shape("an array for a token", json({ idToken: ["a"] })),
    shape("an object for a token", json({ idToken: { a: 1 } })),
    shape("a boolean for a token", json({ idToken: true })),
    shape("a token sent twice", form("credential=a&credential=b")),
    shape("a token as a form array", form("credential[]=a")),
    shape("a token as a form object", form("credential[x]=a")),
    shape("two different tokens", json({ idToken: "a", credential: "b" })),
    shape("an unknown spelling", json({ ID_TOKEN: "a" })),
    shape(
      "a poisoned prototype",
      post('{"__proto__":{"idToken":"a"}}', "application/json"),
    ),
    {
      name: "the token in the query string",
      send: () => service.fetch("/auth/google?idToken=abc", { method: "POST" }),
      status: 400,
      code: "invalid_request",
    },
    media("plain text", post("idToken=a", "text/plain")),
    media("XML", post("<idToken/>", "application/xml")),
    media("a body of no type", post("idToken=a")),
    media("JSON in UTF-16", post("{}", "application/json; charset=utf-16")),
    media("multipart", post("--x--", "multipart/form-data; boundary=x")),
    {
      name: "20 kB",
      send: json({ idToken: "a".repeat(20_000) }),
      status: 413,
      code: "payload_too_large",
    },
    refused("garbage", "malformed_token", () => "garbage"),
    refused("9 kB of token", "token_too_large", () => "a".repeat(9000)),
    refused(
      "a Bearer prefix",
      "malformed_header",
      async () => `Bearer ${await good()}`,
    ),
    refused(
      "a blank behind",
      "malformed_signature",
      async () => `${await good()} `,
    ),
    refused(
      "quotes around",
      "malformed_header",
      async () => `"${await good()}"`,
    ),
    refused("algorithm none", "malformed_token", () =>
      google.idToken({ alg: "none" }),
    ),
    refused(
      "algorithm none with a signature",
      "algorithm_not_allowed",
      async () => `${await google.idToken({ alg: "none" })}AAAA`,
    ),
    refused("HS256 with the public key", "algorithm_not_allowed", () =>
      google.idToken({
        alg: "HS256",
        secret: google.keys.current.certificatePem,
      }),
    ),
    refused("another key's signature", "bad_signature", () =>
      google.idToken({ signWith: "foreign" }),
    ),
    refused("a tampered payload", "bad_signature", async () => {
      const [header, , signature] = (await good()).split(".");
      const [, payload] = (
        await google.idToken({ claims: { sub: "1" } })
      ).split(".");
      return [header, payload, signature].join(".");
    }),
    refused("an unknown key", "unknown_key", () =>
      google.idToken({ header: { kid: "0".repeat(40) } }),
    ),
    refused("another app's audience", "wrong_audience", () =>
      google.idToken({ audience: "1-other.apps.googleusercontent.com" }),
    ),
    refused(
      "an authorized party of another app",
      "wrong_authorized_party",
      () => google.idToken({ azp: "1-other.apps.googleusercontent.com" }),
    ),
    refused("another issuer", "wrong_issuer", () =>
      google.idToken({
        claims: { iss: "https://accounts.google.com.evil.example" },
      }),
    ),
    refused("no subject", "subject_invalid", () =>
      google.idToken({ claims: { sub: undefined } }),
    ),
    refused("a null subject", "subject_invalid", () =>
      google.idToken({ claims: { sub: null } }),
    ),
    refused("a security event token", "security_event_token", () =>
      google.securityEventToken(),
    ),
    refused(
      "an expired token",
      "expired",
      () => google.idToken({ issuedSecondsAgo: 3700 }),
      "token_expired",
    ),
    refused("an expired token of another key", "bad_signature", () =>
      google.idToken({ issuedSecondsAgo: 3700, signWith: "foreign" }),
    ),
    refused("a token of a whole day", "lifetime_too_long", () =>
      google.idToken({ lifetimeSeconds: 86_400 }),
    ),
    {
      name: "a service account",
      send: token(() => google.serviceAccountToken()),
      status: 403,
      code: "service_account_not_allowed",
    },
  ];

  it.each(cases)("$name is $status $code", async (given) => {
    const before = await rowCounts(service);
    const answer = await answerOf(await given.send());
    expectProblem(answer, given);
    expect(await rowCounts(service)).toEqual(before);
    expect((await signIn(service, await good())).status).toBe(200);
  });

  it("a device label of 101 characters is told by field and rule", async () => {
    const answer = await answerOf(
      await json({ idToken: await good(), device: "x".repeat(101) })(),
    );
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { field: "device", message: "must have at most 100 characters" },
    ]);
  });

  it("a nonce that the token was not asked for with is refused, and nothing stored", async () => {
    const before = await rowCounts(service);
    const attempts = [
      { idToken: await google.idToken({ nonce: "one" }), nonce: "another" },
      { idToken: await good(), nonce: "one" },
    ];
    for (const attempt of attempts) {
      const answer = await answerOf(await json(attempt)());
      expect([answer.status, answer.body.code, answer.body.reason]).toEqual([
        401,
        "invalid_token",
        "nonce_mismatch",
      ]);
    }
    const malformed = await answerOf(
      await json({ idToken: await good(), nonce: ["one"] })(),
    );
    expect([malformed.status, malformed.body.code]).toEqual([
      400,
      "invalid_request",
    ]);
    expect(await rowCounts(service)).toEqual(before);
    const idToken = await google.idToken({ nonce: "one" });
    const answer = await answerOf(await json({ idToken, nonce: "one" })());
    expect(answer.status).toBe(200);
  });

  it("no token, nor any part of one, is in any log line", () => {
    const log = service.logLines.join("\n");
    expect(log).toContain("bad_signature");
    const parts = sent
      .flatMap((idToken) => idToken.split("."))
      .filter((part) => part.length > 12);
    expect(parts.length).toBeGreaterThan(30);
    for (const part of parts) expect(log.includes(part)).toBe(false);
  });

  function expectProblem(answer: Answer, { status, code, reason }: Case): void {
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      status,
      code,
    });
    if (reason) expect(answer.body.reason).toBe(reason);
    expect(answer.headers.get("content-type")).toMatch(
      /^application\/problem\+json/,
    );
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body).toMatchObject({
      type: `urn:nest-google-auth:error:${code}`,
      title: expect.any(String) as string,
      detail: expect.any(String) as string,
      status,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|\.js:/);
  }
});
