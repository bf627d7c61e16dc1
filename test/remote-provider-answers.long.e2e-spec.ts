import { refusal } from "./support/calls";
import { AskedApi, expectUnavailable, good } from "./support/asked-api";
import { answers, type Behaviour } from "./support/faulty-api";
import { query, rowCounts } from "./support/rows";

describe("a remote Verify Token API", () => {
  let site: AskedApi;

  beforeAll(async () => {
    site = await AskedApi.start();
  });

  beforeEach(() => site.renew());

  afterAll(() => site.stop());

  const bearer = "partner-api-token-of-ours";

  it("receives the token and our credentials", async () => {
    site.api.behaviour = good();
    expect((await site.signIn()).status).toBe(200);
    await using other = await site.another({
      tokenType: "access_token",
      authentication: { token: bearer },
    });
    expect((await site.signIn("another", other)).status).toBe(200);
    expect(site.api.requests).toEqual([
      {
        authorization: undefined,
        body: {
          token_type: "id_token",
          token: "opaque-token",
          client_id: "app-at-partner",
        },
      },
      {
        authorization: `Bearer ${bearer}`,
        body: {
          token_type: "access_token",
          token: "another",
          client_id: "app-at-partner",
        },
      },
    ]);
  });

  it.each([
    ["with a space", "a b"],
    ["with a line break", "a\r\nb"],
    ["9 kB long", "a".repeat(9000)],
    ["that is not ASCII", "é"],
  ])("receives no token %s", async (_what, token) => {
    expect(refusal(await site.signIn(token))).toEqual([401, "invalid_token"]);
    expect(site.api.requests).toEqual([]);
  });

  describe("refuses the token", () => {
    it.each<[string, Behaviour, string]>([
      ["with 400", answers(400, { error: "invalid_request" }), "invalid_token"],
      ["with 401", answers(401, { code: "invalid_token" }), "invalid_token"],
      ["with 403", answers(403, {}), "invalid_token"],
      ["with an HTML page", answers(401, "<html>no</html>"), "invalid_token"],
      ["without a body", answers(403), "invalid_token"],
      ["as inactive", answers(200, { active: false }), "invalid_token"],
      [
        "as inactive, with claims",
        answers(200, { active: false, sub: "ada" }),
        "invalid_token",
      ],
      ["as expired", answers(401, { code: "token_expired" }), "token_expired"],
    ])(
      "%s: 401, without opening the circuit",
      async (_what, behaviour, code) => {
        site.api.behaviour = behaviour;
        for (let i = 0; i < 8; i++) {
          expect(refusal(await site.signIn())).toEqual([401, code]);
        }
        expect(site.api.requests).toHaveLength(8);
        expect((await rowCounts(site.service)).users).toBe(0);
      },
    );

    it.each<[string, object, string, string]>([
      [
        "another app's",
        { aud: "someone-else" },
        "invalid_token",
        "wrong_audience",
      ],
      ["other apps'", { aud: ["a", "b"] }, "invalid_token", "wrong_audience"],
      ["without an audience", { aud: [] }, "invalid_token", "wrong_audience"],
      ["over", { exp: 1_000_000 }, "token_expired", "expired"],
    ])(
      "or accepts it, but the token is %s: 401",
      async (_what, claims, code, reason) => {
        site.api.behaviour = good(claims);
        const answer = await site.signIn();
        expect([...refusal(answer), answer.body.reason]).toEqual([
          ...[401, code],
          reason,
        ]);
      },
    );

    it("or accepts it, but the issuer is not the configured one: 401", async () => {
      await using strict = await site.another({
        issuer: "https://partner.example",
      });
      for (const iss of [
        undefined,
        "https://evil.example",
        ["https://partner.example"],
      ]) {
        site.api.behaviour = good({ iss });
        const answer = await site.signIn("t", strict);
        expect([...refusal(answer), answer.body.reason]).toEqual([
          ...[401, "invalid_token"],
          "wrong_issuer",
        ]);
      }
      site.api.behaviour = good({ iss: "https://partner.example" });
      expect((await site.signIn("t", strict)).status).toBe(200);
    });
  });

  describe("returns invalid claims", () => {
    it.each<[string, object]>([
      ["no sub", { sub: undefined }],
      ["a sub that is null", { sub: null }],
      ["a sub that is a number", { sub: 1234 }],
      ["a sub that is a list", { sub: ["ada"] }],
      ["a sub that is an object", { sub: { toString: "ada" } }],
      ["an empty sub", { sub: "" }],
      ["a sub with a space", { sub: "a b" }],
      ["a sub with U+0000", { sub: "a\u0000" }],
      ["a sub of 256 characters", { sub: "a".repeat(256) }],
      ["an e-mail that is a list", { email: ["a@b.example"] }],
      ["an e-mail without @", { email: "ada" }],
      ["an e-mail of 400 characters", { email: `${"a".repeat(400)}@b.c` }],
      ["a nonce that is a number", { nonce: 1 }],
      ["an exp in milliseconds", { exp: Date.now() }],
      ["an exp that is a string", { exp: "2000000000" }],
      ["an exp out of range", { exp: Number.MAX_VALUE }],
      ["an iat that is a fraction", { iat: 1.5 }],
    ])("%s: 503, and the circuit stays closed", async (_what, claims) => {
      site.api.behaviour = good(claims);
      for (let i = 0; i < 6; i++) {
        expectUnavailable(
          await site.signIn(),
          "verify_token_api_malformed_answer",
        );
      }
      expect((await rowCounts(site.service)).users).toBe(0);
      site.api.behaviour = good();
      expect((await site.signIn()).status).toBe(200);
    });
  });

  it("has its strings cleaned and truncated like Google's", async () => {
    const longest = "a".repeat(255);
    site.api.behaviour = good({
      sub: longest,
      email_verified: true,
      name: ` \u202eA\u0000d\ud800a${"x".repeat(400)}`,
      given_name: { evil: true },
      picture: "javascript:alert(1)",
      locale: 7,
      hd: "corp.example",
      roles: ["admin"],
      iss: "https://accounts.google.com",
      ...(JSON.parse('{"constructor":{"name":"x"}}') as object),
    });
    const answer = await site.signIn();
    expect(answer.status).toBe(200);
    expect(answer.body.user).toMatchObject({
      name: `Ada${"x".repeat(253)}`,
      ...{ givenName: null, picture: null, locale: null, hostedDomain: null },
      ...{ roles: [], emailAuthority: "verified" },
    });
    expect(
      await query(
        site.service,
        "SELECT issuer, subject FROM google_auth.identities",
      ),
    ).toEqual([{ issuer: "verify-token:partner", subject: longest }]);
  });

  it.each([["true"], [1], [null], [[true]]])(
    "that returns email_verified %j has not verified the address",
    async (email_verified) => {
      site.api.behaviour = good({ email_verified });
      expect(refusal(await site.signIn())).toEqual([403, "email_not_verified"]);
    },
  );

  it("may use other names for claims", async () => {
    const claims = {
      ...{ subject: "user_id", email: "mail", emailVerified: "confirmed" },
      ...{ name: "constructor", audience: null, issuedAt: null },
    };
    await using renamed = await site.another({ claims });
    site.api.behaviour = answers(200, {
      ...{ user_id: "u-1", mail: "a@b.example", confirmed: true },
      ...{ aud: "of no interest", iat: "neither" },
    });
    const answer = await site.signIn("t", renamed);
    expect(answer.status).toBe(200);
    expect(answer.body.user).toMatchObject({
      ...{ email: "a@b.example", emailVerified: true, name: null },
    });
  });

  it("has its responses neither in ours nor in the log", async () => {
    const marks = ["secret-of-the-api", "opaque-token", bearer];
    await using fresh = await site.another({
      authentication: { token: bearer },
    });
    for (const behaviour of [
      answers(500, { error: marks[0] }),
      answers(200, `<html>${marks[0]}`),
      answers(401, { code: "unauthenticated", detail: marks[0] }),
      good({ sub: ["secret-of-the-api"] }),
    ]) {
      site.api.behaviour = behaviour;
      const text = JSON.stringify((await site.signIn(undefined, fresh)).body);
      for (const mark of marks) expect(text).not.toContain(mark);
    }
    const log = fresh.logLines.join("\n");
    expect(log).toContain("refuses our credentials");
    for (const mark of marks) expect(log).not.toContain(mark);
  });
});
