import { InvalidEnvironmentError, readEnvironment } from "./read-environment";
import { settingsOf } from "./settings";

type Source = Readonly<Record<string, string | undefined>>;

const development: Source = {
  DATABASE_URL: "postgresql://app:hunter2@127.0.0.1/app",
  GOOGLE_CLIENT_IDS: "ios=123456-ios.x,123456-first.x",
  SECRET_KEY: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
};
const production: Source = {
  ...development,
  NODE_ENV: "production",
  PUBLIC_URL: "https://auth.corp.example",
};
const secret = "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";

/** The names of the variables that break their rule. */
function brokenBy(changes: Source, base = development): string[] {
  try {
    readEnvironment({ ...base, ...changes });
  } catch (error) {
    if (!(error instanceof InvalidEnvironmentError)) throw error;
    expect(error.message).not.toContain(secret);
    return error.problems.map((problem) => problem.split(" ")[0] ?? "");
  }
  return [];
}

const badPages = [
  ...["app.example", "/signed-in", "//app.example/", "javascript:alert(1)"],
  ...["https://user@app.example/", "https://:pw@app.example/", "https://"],
  ...["https://*.app.example/", "https://app.example/*", "https:app.example"],
  ...["https:\\\\app.example", "https://app.example\\@evil.example"],
  ...["https://app.example/\tx", "https://app.example/ü", "capacitor://x"],
];

describe("the variables of Google's flows", () => {
  it("are all optional, even in production", () => {
    expect([brokenBy({}), brokenBy({}, production)]).toEqual([[], []]);
  });

  describe("when authorization codes are exchanged", () => {
    it("accepts both forms of Google's client secrets", () => {
      for (const value of [secret, "8mNq2Xv7Rt4Kp9Ls1Wd5Zb3Y"]) {
        const changes = { GOOGLE_CLIENT_SECRET: value };
        expect(brokenBy(changes, production)).toEqual([]);
      }
    });

    it.each(["short", "with a space in it", "x".repeat(257), "ümlaut-secret"])(
      "refuses the secret %j",
      (value) =>
        expect(brokenBy({ GOOGLE_CLIENT_SECRET: value })).toEqual([
          "GOOGLE_CLIENT_SECRET",
        ]),
    );

    it.each(["GOCSPX-replace-me", "your-client-secret", "changeme-changeme"])(
      "refuses the placeholder %j in production only",
      (value) => {
        const changes = { GOOGLE_CLIENT_SECRET: value };
        expect(brokenBy(changes)).toEqual([]);
        expect(brokenBy(changes, production)).toEqual(["GOOGLE_CLIENT_SECRET"]);
      },
    );

    it.each([
      "https://app.example/callback",
      "https://app.example/callback?a=b, http://localhost:5173/cb",
      "http://127.0.0.1:8080,http://[::1]/cb,http://localhost",
    ])("accepts the redirect URIs %j", (value) => {
      const changes = { GOOGLE_REDIRECT_URIS: value };
      expect(brokenBy(changes, production)).toEqual([]);
    });

    it.each([
      ...badPages,
      ...["http://app.example/cb", "https://app.example/#cb", "postmessage"],
      ...["http://localhost.evil.example/", "com.example.app:/cb"],
    ])("refuses the redirect URI %j", (value) => {
      const GOOGLE_REDIRECT_URIS = `https://good.example/cb,${value}`;
      expect(brokenBy({ GOOGLE_REDIRECT_URIS })).toEqual([
        "GOOGLE_REDIRECT_URIS",
      ]);
    });

    it("uses the secret for the client labelled web, or for the first", () => {
      const clientOf = (GOOGLE_CLIENT_IDS: string) =>
        settingsOf(
          readEnvironment({
            ...development,
            GOOGLE_CLIENT_IDS,
            GOOGLE_CLIENT_SECRET: secret,
          }),
        ).identity.codeExchange?.clientId;
      expect(clientOf("ios=123456-ios.x,web=123456-web.x")).toBe(
        "123456-web.x",
      );
      expect(clientOf("123456-a.x,123456-b.x")).toBe("123456-a.x");
      expect(clientOf("ios=123456-ios.x,123456-b.x")).toBe("123456-ios.x");
    });
  });

  it.each([
    ["GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/token"],
    ["GOOGLE_USERINFO_URL", "https://www.googleapis.com/oauth2/v3/userinfo"],
    ["GOOGLE_TOKENINFO_URL", "https://oauth2.googleapis.com/tokeninfo"],
    ["GOOGLE_SCRIPT_URL", "https://accounts.google.com/gsi/client"],
  ])("%s must be exactly Google's in production", (name, own) => {
    const broken = (value: string, base: Source) =>
      brokenBy({ [name]: value }, base);
    expect(broken("http://127.0.0.1:4000/token", development)).toEqual([]);
    expect(broken(own, production)).toEqual([]);
    for (const value of [
      "https://oauth2.googleapis.com/x",
      `${own}/x`,
      "http://oauth2.googleapis.com/token",
      "https://oauth2.googleapis.com.evil.example/token",
      "https://storage.googleapis.com/token",
      "https://evil.example/token",
    ]) {
      expect(broken(value, production)).toEqual([name]);
    }
  });

  describe("when browsers return by redirect", () => {
    it.each([
      "https://app.example",
      "https://app.example/signed-in?from=google",
      "https://app.example/#/home",
    ])("accepts the page %j", (value) => {
      const changes = {
        APP_URL: value,
        APP_REDIRECT_URLS: `${value},${value}`,
      };
      expect(brokenBy(changes, production)).toEqual([]);
    });

    it.each(badPages)("refuses the page %j", (value) => {
      expect(brokenBy({ APP_URL: value })).toEqual(["APP_URL"]);
      const APP_REDIRECT_URLS = `https://app.example/,${value}`;
      const changes = { APP_URL: "https://app.example/", APP_REDIRECT_URLS };
      expect(brokenBy(changes)).toEqual(["APP_REDIRECT_URLS"]);
    });

    it("allows plain http outside production only", () => {
      const changes = {
        APP_URL: "http://localhost:5173/",
        APP_REDIRECT_URLS: "http://localhost:5173/cart",
      };
      expect(brokenBy(changes)).toEqual([]);
      expect(brokenBy(changes, production)).toEqual([
        "APP_URL",
        "APP_REDIRECT_URLS",
      ]);
    });

    it("accepts other pages only together with APP_URL", () => {
      expect(brokenBy({ APP_REDIRECT_URLS: "https://app.example/" })).toEqual([
        "APP_REDIRECT_URLS",
      ]);
    });
  });

  it("allows TOKENINFO except in production", () => {
    expect(brokenBy({ TOKENINFO: "true" })).toEqual([]);
    expect(brokenBy({ TOKENINFO: "off" }, production)).toEqual([]);
    for (const value of ["true", "on", "1", "ON"]) {
      const broken = brokenBy({ TOKENINFO: value }, production);
      expect(broken).toEqual(["TOKENINFO"]);
    }
  });
});
