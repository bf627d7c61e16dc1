import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import type { EndpointFault } from "../src/testing/google/faults";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { type Answer, postJson } from "./support/requests";
import { rowCounts } from "./support/rows";

const path = "/auth/google/code";
const { token, userInfo } = googlePaths;
const fullProfile = newAccount();

type CodeOptions = NonNullable<
  Parameters<GoogleEmulator["authorizationCode"]>[0]
>;

/** Status, code and reason. */
const outcome = ({ status, body }: Answer) => [
  status,
  body.code,
  ...(body.reason === undefined ? [] : [body.reason]),
];
const unavailable = (reason: string) => [
  503,
  "identity_provider_unavailable",
  reason,
];
const refused = (reason: string) => [401, "invalid_token", reason];

describe("Google's responses to an authorization code", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    service = await TestService.start(google, {
      database,
      env: { GOOGLE_REDIRECT_URIS: "https://app.example/not-registered" },
    });
  });

  afterEach(() => google.clearFaults());

  afterAll(async () => {
    await service.stop();
    await database.destroy();
    await google.stop();
  });

  /** Signs in with a code that was issued with these options. */
  const signInWith = (options: CodeOptions = {}, more: object = {}) =>
    postJson(service, path, {
      code: google.authorizationCode(options),
      ...more,
    });

  /**
   * Expects that nothing is stored, that Google gets one request, and that the
   * next sign-in works.
   */
  const expectNoTrace = async (act: () => Promise<Answer>) => {
    const rows = await rowCounts(service);
    const before = google.requestCount(token);
    const answer = await act();
    expect(await rowCounts(service)).toEqual(rows);
    expect(google.requestCount(token) - before).toBe(1);
    google.clearFaults();
    expect((await signInWith()).status).toBe(200);
    return answer;
  };

  describe("when the token endpoint fails", () => {
    it.each<[string, EndpointFault]>([
      ["500", { status: 500 }],
      ["503", { status: 503 }],
      ["429", { status: 429 }],
      ["403", { status: 403 }],
      ["404", { status: 404 }],
      ["hangs", { hang: true }],
      ["a response that never ends", { dripMs: 2000 }],
      ["a closed connection", { reset: true }],
      ["an HTML page of status 200", { html: true }],
      ["an HTML page of status 400", { html: true, status: 400 }],
      ["a truncated response", { truncated: true }],
      ["an empty object", { empty: true }],
      ["null", { body: "null" }],
      ["a list", { body: "[]" }],
      ["a string", { body: '"ya29.x"' }],
      ["100 MB", { oversized: 100_000_000 }],
      ["a redirect", { redirectTo: "/v1/userinfo" }],
      ["a redirect that keeps the body", { redirectTo: "/x", status: 307 }],
    ])(
      "%s: 503 without a second attempt",
      async (_what, fault) => {
        google.setFault(token, fault);
        const answer = await expectNoTrace(signInWith);
        expect(outcome(answer).slice(0, 2)).toEqual([
          503,
          "identity_provider_unavailable",
        ]);
        expect(answer.body.reason).toMatch(
          /^token_(?:endpoint_unavailable|answer_malformed)$/,
        );
        expect(answer.headers.get("retry-after")).toBe("10");
        expect(google.requestCount("/x")).toBe(0);
        expect(google.requestCount(userInfo)).toBe(0);
      },
      10_000,
    );

    it.each<[string, Record<string, unknown>]>([
      ["no access token", { access_token: undefined }],
      ["an access token of the wrong type", { access_token: { ya29: 1 } }],
      ["one that is invalid in a header", { access_token: "ya29.\r\nx: y" }],
      ["one of 9,000 characters", { access_token: "y".repeat(9000) }],
      ["an ID token that is a list", { id_token: ["a", "b"] }],
    ])("%s: 503", async (_what, tokenAnswer) => {
      const answer = await expectNoTrace(() => signInWith({ tokenAnswer }));
      expect(outcome(answer)).toEqual(unavailable("token_answer_malformed"));
    });
  });

  describe("when Google refuses", () => {
    it("a code that it never issued: 401", async () => {
      const answer = await postJson(service, path, { code: "4/0Aguess" });
      expect(outcome(answer)).toEqual(refused("code_refused"));
    });

    it("a code of another app: 401", async () => {
      const answer = await expectNoTrace(() =>
        signInWith({ clientId: google.clientIds[1] }),
      );
      expect(outcome(answer)).toEqual(refused("code_of_another_client"));
    });

    it("a redirect URI that is not registered: 503, because the configuration is wrong", async () => {
      const redirectUri = "https://app.example/not-registered";
      const answer = await expectNoTrace(() => signInWith({}, { redirectUri }));
      expect(outcome(answer)).toEqual(unavailable("redirect_uri_mismatch"));
    });

    it("our client secret: 503, and the log says what to fix", async () => {
      await using wrong = await TestService.start(google, {
        database,
        env: { GOOGLE_CLIENT_SECRET: "GOCSPX-of-somebody-else-entirely" },
      });
      const code = google.authorizationCode();
      const answer = await postJson(wrong, path, { code });
      expect(outcome(answer)).toEqual(unavailable("client_secret_refused"));
      const logged = wrong.logLines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ reason }) => reason === "client_secret_refused");
      expect(logged.map(({ level }) => level)).toEqual([50]);
    });

    it.each([
      '{"error":"__proto__"}',
      '{"error":"toString"}',
      '{"error":["invalid_grant"]}',
      '{"error":{"toString":1}}',
      '{"error":"an unknown code"}',
      "{}",
      "null",
    ])("with an unknown error: 503 (%s)", async (body) => {
      google.setFault(token, { body, status: 400 });
      const answer = await expectNoTrace(signInWith);
      expect(outcome(answer)).toEqual(unavailable("code_exchange_refused"));
    });
  });

  describe("when the ID token is invalid", () => {
    it.each<[string, string, CodeOptions]>([
      ["is missing", "no_id_token", { scope: "email" }],
      [
        "has another of our apps as audience",
        "wrong_audience",
        { idToken: { audience: "ios" } },
      ],
      [
        "has an unknown app as audience",
        "wrong_audience",
        { idToken: { audience: "1-evil.apps.googleusercontent.com" } },
      ],
      [
        "has an invalid signature",
        "bad_signature",
        { idToken: { signWith: "foreign" } },
      ],
      [
        "is an empty string",
        "malformed_token",
        { tokenAnswer: { id_token: "" } },
      ],
      [
        "belongs to another access token",
        "access_token_hash_mismatch",
        { tokenAnswer: { access_token: "ya29.of-somebody-else" } },
      ],
      ...[null, "", 7, ["9abJdsr5fc3D3NAR82m6xg"]].map(
        (at_hash): [string, string, CodeOptions] => [
          `has the at_hash ${JSON.stringify(at_hash)}`,
          "access_token_hash_mismatch",
          { idToken: { claims: { at_hash } } },
        ],
      ),
    ])("G-077 it %s: 401", async (_what, reason, options) => {
      const { idToken } = options;
      const answer = await expectNoTrace(() =>
        signInWith({
          ...options,
          ...(idToken?.audience === "ios" && {
            idToken: { audience: google.clientIds[1] },
          }),
        }),
      );
      expect(outcome(answer)).toEqual(refused(reason));
    });

    it("it has no at_hash, which is optional: 200", async () => {
      const idToken = { claims: { at_hash: undefined } };
      expect((await signInWith({ idToken })).status).toBe(200);
    });
  });

  it("the token, the secret and the code appear in no body or log", async () => {
    // A new service, because the log of a process goes to its latest service.
    await using logging = await TestService.start(google, { database });
    const secrets: string[] = [google.clientSecret];
    const texts: string[] = [];
    const attempt = async (options: CodeOptions, fault?: EndpointFault) => {
      const code = google.authorizationCode({ ...options, offline: true });
      secrets.push(code);
      if (fault) google.setFault(token, fault);
      const { body, headers } = await postJson(logging, path, { code });
      texts.push(JSON.stringify([body, [...headers]]));
      google.clearFaults();
    };
    const secret = "a-secret-of-google's";
    secrets.push(secret);
    await attempt({ account: fullProfile });
    await attempt({ tokenAnswer: { access_token: `${secret}\n` } });
    await attempt({ tokenAnswer: { id_token: secret } });
    await attempt({ tokenAnswer: { access_token: secret } });
    await attempt({}, { body: `{"error":"${secret}"}`, status: 400 });
    await attempt({}, { body: secret, status: 200 });
    await attempt({}, { body: secret, status: 500 });
    await attempt({}, { redirectTo: `http://127.0.0.1:1/${secret}` });
    google.setFault(userInfo, { body: secret });
    await attempt({ idToken: { claims: { name: undefined } } });
    const text = [...texts, ...logging.logLines].join("\n");
    for (const written of [
      ...["token_answer_malformed", "malformed_token", "code_exchange_refused"],
      ...[
        "token_endpoint_unavailable",
        "userinfo is unavailable; signing in without it",
      ],
    ]) {
      expect(text).toContain(written);
    }
    expect(secrets.filter((one) => text.includes(one))).toEqual([]);
    expect(text).not.toMatch(/ya29\.|1\/\/0|GOCSPX/);
  });
});
