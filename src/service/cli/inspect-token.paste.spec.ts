import { kindOf, pastedToken } from "./inspect-token.paste";

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln";

describe("pastedToken", () => {
  describe("when only a token is pasted", () => {
    it.each([jwt, `${jwt}\n`, `\ufeff  ${jwt}\r\n`])(
      "then %j has no hints",
      (text) =>
        expect(pastedToken(text)).toEqual({
          token: jwt,
          notes: [],
          opaque: null,
        }),
    );
  });

  describe("when something is pasted along with it", () => {
    it.each([
      [`Bearer ${jwt}`, "Bearer"],
      [`authorization: bearer   ${jwt}`, "Bearer"],
      [`"${jwt}"`, "quotes"],
      [`{"credential":"${jwt}","select_by":"btn"}`, "JSON"],
      [`id_token=${jwt}&device=x`, "form"],
      [jwt.replace(".", ".\n   "), "Line breaks"],
    ])("then the token is extracted from %j, with a hint", (text, word) => {
      const { token, notes } = pastedToken(text);
      expect(token).toBe(jwt);
      expect(notes).toEqual([expect.stringContaining(word)]);
    });

    it.each([
      `{"credential":"${jwt}","idToken":"other"}`,
      '{"credential":["x"]}',
      '{"accessToken":"x"}',
      "{",
    ])("then %j is unchanged", (text) => {
      expect(pastedToken(text).token).toBe(text);
    });
  });

  describe("when it is something else", () => {
    it.each([
      ["ya29.a0AfB_by", "A Google access token"],
      ["1//0abc", "A Google refresh token"],
      ["4/0AeanS", "/auth/google/code"],
      ["4%2F0AeanS", "/auth/google/code"],
      [
        `v1.0198c0de-0000-7000-8000-000000000000.3.${"x".repeat(64)}`,
        "/auth/refresh",
      ],
      ["GOCSPX-abc", "client secret"],
      ["-----BEGIN PRIVATE KEY-----\nabc", "A PEM"],
      ["a.b.c.d.e", "encrypted"],
    ])("then %j is recognized", (text, words) => {
      expect(pastedToken(text).opaque).toContain(words);
    });

    it("then a very long text is processed fast", () => {
      const started = performance.now();
      for (const text of [
        "a.".repeat(32_000),
        "a ".repeat(32_000),
        '"'.repeat(64_000),
        "{".repeat(64_000),
      ]) {
        pastedToken(text);
      }
      expect(performance.now() - started).toBeLessThan(1000);
    });
  });
});

describe("kindOf", () => {
  const issuer = "https://auth.example.com";
  it.each([
    [{ typ: "at+jwt" }, { iss: issuer }, "An access token of this service"],
    [
      { typ: "application/at+jwt" },
      { iss: "https://x.example" },
      "An access token, not an ID token",
    ],
    [{ typ: "secevent+jwt" }, {}, "/security-events"],
    [
      { typ: "JWT" },
      { iss: "https://accounts.google.com/", events: {} },
      "/security-events",
    ],
    [{}, { iss: "https://securetoken.google.com/my-project" }, "Firebase"],
    [{}, { iss: "https://cloud.google.com/iap" }, "Identity-Aware Proxy"],
    [{}, { iss: "accounts.google.com" }, "claims to be Google's"],
    [
      {},
      { iss: "https://accounts.google.com.evil.example" },
      "other than Google",
    ],
    [{ typ: ["at+jwt"] }, { iss: 1 }, "does not say who"],
    [null, null, "cannot be read as a token"],
  ])(
    "when it has %j and %j, then it is recognized",
    (header, claims, words) => {
      expect(kindOf(header, claims, issuer)).toContain(words);
    },
  );
});
