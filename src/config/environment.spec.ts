import { randomBytes } from "node:crypto";
import { InvalidEnvironmentError, readEnvironment } from "./read-environment";

type Source = Readonly<Record<string, string | undefined>>;

const development: Source = {
  DATABASE_URL: "postgresql://app:hunter2@127.0.0.1/app",
  GOOGLE_CLIENT_IDS: "123456-web.apps.googleusercontent.com",
  SECRET_KEY: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
};
const production: Source = {
  ...development,
  NODE_ENV: "production",
  PUBLIC_URL: "https://auth.corp.example",
};

/** The names of the variables that break their rule. */
function brokenBy(changes: Source, base = development): string[] {
  try {
    readEnvironment({ ...base, ...changes });
  } catch (error) {
    if (!(error instanceof InvalidEnvironmentError)) throw error;
    return error.problems.map((problem) => problem.split(" ")[0] ?? "");
  }
  return [];
}

describe("Environment", () => {
  describe("when it runs in production", () => {
    it("accepts a complete environment", () => {
      expect(brokenBy({}, production)).toEqual([]);
    });

    it("requires a database, a secret and a public URL", () => {
      const bare = {
        NODE_ENV: "production",
        GOOGLE_CLIENT_IDS: development.GOOGLE_CLIENT_IDS,
      };
      expect(brokenBy({}, bare)).toEqual([
        "PUBLIC_URL",
        "DATABASE_URL",
        "SECRET_KEY",
      ]);
    });

    const badOrigins = [
      ...["auth.corp.example", "https://auth.corp.example/", "ftp://x.example"],
      ...[
        "https://x.example/auth/",
        "https://x.example/a/../b",
        "https://x.example/a//b",
        "https://x.example/a%20b",
        "https://x.example?a",
        "https://u@x.example",
      ],
      ...["https://X.example", "https://x.example:443", "javascript:alert(1)"],
    ];
    it.each([...badOrigins, "http://auth.corp.example"])(
      "refuses the public URL %j",
      (value) =>
        expect(brokenBy({ PUBLIC_URL: value }, production)).toEqual([
          "PUBLIC_URL",
        ]),
    );

    it.each(badOrigins)(
      "refuses the public URL %j in development too",
      (value) =>
        expect(brokenBy({ PUBLIC_URL: value })).toEqual(["PUBLIC_URL"]),
    );

    it.each(["/auth", "/a/b.c/~d_e-1"])("allows the path %s", (path) => {
      const value = `https://x.example${path}`;
      expect(brokenBy({ PUBLIC_URL: value }, production)).toEqual([]);
    });

    it("allows plain http in development only", () => {
      expect(brokenBy({ PUBLIC_URL: "http://localhost:3000" })).toEqual([]);
    });

    it.each([
      "https://www.googleapis.com/oauth2/v1/certs",
      "https://WWW.googleapis.com:443/oauth2/v1/certs",
    ])("allows keys from %s", (value) => {
      expect(brokenBy({ GOOGLE_CERTS_URL: value }, production)).toEqual([]);
    });

    it.each([
      "http://www.googleapis.com/oauth2/v1/certs",
      "https://www.googleapis.com/oauth2/v3/certs",
      "https://www.googleapis.com/oauth2/v1/certs/",
      "https://www.googleapis.com/oauth2/v1/certs?alt=proto",
      "https://www.googleapis.com/drive/v3/files/mine",
      "https://oauth2.googleapis.com/certs",
      "https://accounts.google.com/certs",
      "https://googleapis.com.evil.example/certs",
      "https://evilgoogleapis.com/certs",
      "https://storage.googleapis.com/a-customers-bucket/certs",
      "https://sites.google.com/view/certs",
      "https://www.googleapis.com@evil.example/certs",
      "https://evil.example/www.googleapis.com/",
      "https://evil.example#.googleapis.com",
      "https://evil.example\\.googleapis.com/certs",
      "https://user@www.googleapis.com/certs",
      "https://:password@www.googleapis.com/certs",
      "https://www.googleapis.com:8443/certs",
      "https://www.googleapis.com./certs",
      "https://www.googleapis.co/certs",
      "https://127.0.0.1/certs",
      "file:///www.googleapis.com/certs",
      "www.googleapis.com/certs",
    ])("refuses keys from %s", (value) => {
      expect(brokenBy({ GOOGLE_CERTS_URL: value }, production)).toEqual([
        "GOOGLE_CERTS_URL",
      ]);
    });

    it.each(["TOKEN", "CERTS", "USERINFO", "TOKENINFO", "SCRIPT"])(
      "refuses credentials in the URL of GOOGLE_%s_URL, which fetch would refuse and quote",
      (endpoint) => {
        const name = `GOOGLE_${endpoint}_URL`;
        for (const user of ["app:hunter2", "app", ":hunter2"]) {
          const value = `http://${user}@127.0.0.1:4000/`;
          expect(brokenBy({ [name]: value })).toEqual([name]);
        }
      },
    );

    it("accepts any URL for the keys in development", () => {
      const GOOGLE_CERTS_URL = "http://127.0.0.1:9090/oauth2/v1/certs";
      expect(brokenBy({ GOOGLE_CERTS_URL })).toEqual([]);
    });

    it.each(["Production", "prod", "PRODUCTION"])(
      "refuses NODE_ENV=%s",
      (value) => expect(brokenBy({ NODE_ENV: value })).toEqual(["NODE_ENV"]),
    );
  });

  describe("when the HTTP server is configured", () => {
    it.each([
      "https://app.example.com",
      "http://localhost:5173, https://app.example.com:8443",
      "https://app.example.com,capacitor://localhost,ionic://localhost",
      "tauri://localhost, app://bundle.id, chrome-extension://abcdefgh",
      "https://xn--mnchen-3ya.de",
      " , ",
    ])("accepts the origins %j", (value) => {
      expect(brokenBy({ CORS_ORIGINS: value })).toEqual([]);
    });

    it.each([
      ...["*", "null", "https://*.example.com", "app.example.com", "https://"],
      ...["https://app.example.com/", "https://app.example.com/path"],
      ...["https://app.example.com:443", "https://APP.example.com"],
      ...["https://user@app.example.com", "https://app.example.com?a"],
      ...["https://münchen.de", "https://a.example https://b.example"],
      ...["capacitor://localhost/", "capacitor://", "Capacitor://localhost"],
      ...["file:///", "file://x", "javascript://x", "data://x", "blob://x"],
      ...["https:app.example.com", "//app.example.com", "wss://x.example"],
      ...["https://app.example.com;https://b.example"],
    ])("refuses the origin %j", (value) => {
      const CORS_ORIGINS = `https://good.example,${value}`;
      expect(brokenBy({ CORS_ORIGINS })).toEqual(["CORS_ORIGINS"]);
    });

    it.each(["1", "10", "10.0.0.0/8", "192.0.2.1, 2001:db8::/32 ,::1"])(
      "trusts the proxies %j",
      (value) => expect(brokenBy({ TRUSTED_PROXIES: value })).toEqual([]),
    );

    it.each([
      ...["*", "true", "1", "loopback", "proxy.internal", "10.0.0.0/33"],
      ...["0.0.0.0/0", "::/0", "10.0.0.1:80", "10.0.0.0-10.0.0.9", "10.*"],
    ])("refuses the proxies %j", (value) => {
      const TRUSTED_PROXIES = `10.0.0.1,${value}`;
      expect(brokenBy({ TRUSTED_PROXIES })).toEqual(["TRUSTED_PROXIES"]);
    });

    it.each(["0", "11", "-1", "1.5", "01", "1,2"])(
      "refuses %j proxies",
      (value) =>
        expect(brokenBy({ TRUSTED_PROXIES: value })).toEqual([
          "TRUSTED_PROXIES",
        ]),
    );

    it.each([
      "0.0.0.0/1,128.0.0.0/1",
      "0.0.0.0/2,64.0.0.0/3,64.0.0.0/2",
      "::/1,8000::/1",
      "10.0.0.1, ::ffff:0.0.0.0/97, ::ffff:128.0.0.0/97",
    ])("refuses to trust every address in production: %j", (value) => {
      const TRUSTED_PROXIES = value;
      expect(brokenBy({ TRUSTED_PROXIES }, production)).toEqual([
        "TRUSTED_PROXIES",
      ]);
      expect(brokenBy({ TRUSTED_PROXIES })).toEqual([]);
    });

    it("accepts a large network, even if it is listed more than once", () => {
      const TRUSTED_PROXIES = "0.0.0.0/2,0.0.0.0/2,0.0.0.0/3,10.0.0.0/8";
      expect(brokenBy({ TRUSTED_PROXIES }, production)).toEqual([]);
    });

    it.each(["1/1", "1000000/86400", "off", "OFF", "0300/060"])(
      "accepts the limit %j",
      (value) => expect(brokenBy({ RATE_LIMIT_SIGN_IN: value })).toEqual([]),
    );

    it.each([
      ...["0/60", "300/0", "1000001/60", "300/86401", "300", "300/", "/60"],
      ...["300/60/1", "-1/60", "3e2/60", "300 / 60", "300/60s", "300/1m"],
      ...["on", "false", "unlimited", "Infinity/1", "300:60", "0x10/60"],
    ])("refuses the limit %j", (value) => {
      expect(brokenBy({ RATE_LIMIT_SIGN_IN: value })).toEqual([
        "RATE_LIMIT_SIGN_IN",
      ]);
      expect(brokenBy({ RATE_LIMIT_SIGN_IN_FAILURES: value })).toEqual([
        "RATE_LIMIT_SIGN_IN_FAILURES",
      ]);
    });

    it.each(["redis", "Memory", "postgresql"])(
      "refuses the storage %j",
      (value) =>
        expect(brokenBy({ RATE_LIMIT_STORE: value })).toEqual([
          "RATE_LIMIT_STORE",
        ]),
    );
  });

  describe("when the secret is checked", () => {
    it.each([
      "x".repeat(31),
      "x".repeat(64),
      "0123456789".repeat(4),
      "0123456789abcdef0123456789abcdef",
      "changeme".repeat(4),
      "ChangeMe-ChangeMe_ChangeMe.ChangeMe 123",
      "CHANGE_ME_TO_A_RANDOM_STRING_OF_32_BYTES",
      "your-secret-key-here-at-least-32-characters",
      "replace-with-openssl-rand-base64-48-output",
      "this-is-a-very-secret-key-for-development",
      "my super secret password for the example",
      "<insert your own secret key in this place>",
    ])("refuses %j", (value) => {
      expect(brokenBy({ SECRET_KEY: value })).toEqual(["SECRET_KEY"]);
    });

    it.each([
      // A random key may contain any word by chance.
      "Tq7vexampleZ1mB9your-4RfW0secretkeyLs8YcN",
      "changeme/Tq7vZ1mB9xKd4RfW0pLs8Yc",
      "correct-horse-battery-staple-orbit-lamp",
      "парольиздлинныхслов",
      "only for tests: 8b1f4c0d9e7a6352f1e0",
    ])("accepts %j", (value) => {
      expect(brokenBy({ SECRET_KEY: value })).toEqual([]);
    });

    it.each(["base64", "base64url", "hex"] as const)(
      "accepts random bytes in %s",
      (encoding) => {
        for (let round = 0; round < 50; round += 1) {
          const SECRET_KEY = randomBytes(24).toString(encoding);
          expect(brokenBy({ SECRET_KEY })).toEqual([]);
        }
      },
    );
  });
});
