import { configurationWarnings } from "./configuration-warnings";
import { InvalidEnvironmentError, readEnvironment } from "./read-environment";

type Source = Readonly<Record<string, string | undefined>>;

const development: Source = {
  DATABASE_URL: "postgresql://app:hunter2@db.internal/app",
  GOOGLE_CLIENT_IDS: "123456-web.apps.googleusercontent.com",
  SECRET_KEY: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
};
const production: Source = {
  ...development,
  NODE_ENV: "production",
  DATABASE_SSL: "on",
  PUBLIC_URL: "https://auth.corp.example",
};

function problemsOf(changes: Source, base = development): readonly string[] {
  try {
    readEnvironment({ ...base, ...changes });
  } catch (error) {
    if (error instanceof InvalidEnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

describe("an environment with subtle mistakes", () => {
  describe("when origins are allowed in production", () => {
    it.each([
      ...["http://app.example.com", "http://localhost:5173"],
      ...["https://localhost:5173", "https://127.0.0.1", "https://[::1]:8443"],
      ...["https://app.localhost", "http://localhost"],
    ])("refuses %s, but not in development", (origin) => {
      const changes = { CORS_ORIGINS: `https://app.example.com,${origin}` };
      expect(problemsOf(changes)).toEqual([]);
      expect(problemsOf(changes, production)).toEqual([
        expect.stringMatching(/^CORS_ORIGINS must be .*; entry 2 of 2 is not$/),
      ]);
    });

    it("accepts the origins of apps", () => {
      const CORS_ORIGINS = "capacitor://localhost,https://localhost";
      expect(problemsOf({ CORS_ORIGINS }, production)).toEqual([]);
    });
  });

  describe("when a list has an invalid entry", () => {
    it.each([
      ["GOOGLE_CLIENT_IDS", "123456-a.x,,hunter2 x"],
      ["GOOGLE_HOSTED_DOMAINS", "corp.example, *.hunter2.example"],
      ["GOOGLE_REDIRECT_URIS", "https://a.example, http://hunter2.example"],
      ["TRUSTED_PROXIES", "10.0.0.0/8, hunter2"],
      ["INTROSPECTION_CLIENTS", `api:${development.SECRET_KEY}, hunter2`],
      ["ADMIN_EMAILS", "ada@corp.example, hunter2"],
    ])("names its position in %s, not its value", (name, value) => {
      const [problem, ...others] = problemsOf({ [name]: value });
      expect(problem).toMatch(/; entry 2 of 2 is not$/);
      expect(problem).not.toContain("hunter2");
      expect(others).toEqual([]);
    });
  });

  describe("when a name is misspelled", () => {
    it.each([
      ["CORS_ORIGIN", "CORS_ORIGINS"],
      ["GOOGLE_HOSTED_DOMAIN", "GOOGLE_HOSTED_DOMAINS"],
      ["TRUSTED_PROXEIS", "TRUSTED_PROXIES"],
      ["SHUTDOWN_DELAYSECONDS", "SHUTDOWN_DELAY_SECONDS"],
      ["admin_emails", "ADMIN_EMAILS"],
      ["DATABASE_POOLSIZES", "DATABASE_POOL_SIZE"],
    ])("suggests for %s the name %s", (written, meant) => {
      const problems = problemsOf({ [written]: "hunter2" });
      expect(problems).toEqual([
        expect.stringContaining(`did you mean ${meant}?`),
      ]);
      expect(problems.join()).not.toContain("hunter2");
    });

    it("ignores it when the variable itself is set or the name is unrelated", () => {
      const others = {
        CORS_ORIGIN: "x",
        CORS_ORIGINS: "https://app.example.com",
        HOSTS: "x",
        PORTS: "1",
        GOOGLE_CLOUD_PROJECT: "x",
        POSTGRES_URL: "x",
        SECRET_KEY_BASE: "x",
      };
      expect(problemsOf(others)).toEqual([]);
    });
  });

  it.each([
    "your-client-id.apps.googleusercontent.com",
    "YOUR_CLIENT_ID.apps.googleusercontent.com",
    "web=123456789012-replace-me.apps.googleusercontent.com",
    "client-id.apps.googleusercontent.com",
    "xxxx.apps.googleusercontent.com",
  ])("refuses the client id %s in production", (GOOGLE_CLIENT_IDS) => {
    expect(problemsOf({ GOOGLE_CLIENT_IDS })).toEqual([]);
    expect(problemsOf({ GOOGLE_CLIENT_IDS }, production)).toEqual([
      expect.stringMatching(/^GOOGLE_CLIENT_IDS .*; entry 1 of 1 is not$/),
    ]);
  });

  it.each([
    "qwertyuiopasdfghjklzxcvbnm123456",
    "1234567890qwertyuiop1234567890qwertyuiop",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "QWERTYUIOP-asdfghjkl-ZXCVBNM-0987654321",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9",
  ])("refuses the secret %s", (SECRET_KEY) => {
    expect(problemsOf({ SECRET_KEY }, production)).toEqual([
      expect.stringMatching(/^SECRET_KEY must be/),
    ]);
  });

  describe("when DATABASE_URL also sets TLS", () => {
    const url = (query: string) => `postgresql://app@db.internal/app${query}`;

    it.each([
      ["on", "?sslmode=disable"],
      ["on", "?sslmode=no-verify"],
      ["on", "?ssl=false"],
      ["off", "?sslmode=require"],
      ["false", "?sslmode=verify-full"],
    ])("refuses DATABASE_SSL=%s with %s", (DATABASE_SSL, query) => {
      expect(problemsOf({ DATABASE_SSL, DATABASE_URL: url(query) })).toEqual([
        expect.stringMatching(/^DATABASE_SSL is o(?:n|ff), but sslmode in/),
      ]);
    });

    it.each([
      ["on", "?sslmode=verify-full"],
      ["off", "?sslmode=disable"],
      [undefined, "?sslmode=require"],
      [undefined, "?sslmode=disable"],
      ["on", ""],
    ])("accepts DATABASE_SSL=%s with %j", (DATABASE_SSL, query) => {
      const changes = { DATABASE_SSL, DATABASE_URL: url(query) };
      expect(problemsOf(changes)).toEqual([]);
    });
  });

  it.each([
    ["postgresql://app@db.internal/app", undefined, 1],
    ["postgresql://app@10.0.0.7/app", undefined, 1],
    ["postgresql://app@db.internal/app", "on", 0],
    ["postgresql://app@db.internal/app", "off", 0],
    ["postgresql://app@db.internal/app?sslmode=verify-full", undefined, 0],
    ["postgresql://app@127.0.0.1/app", undefined, 0],
    ["postgresql:///app?host=/var/run/postgresql", undefined, 0],
  ])(
    "in production, %s with DATABASE_SSL=%s has %i problems",
    (DATABASE_URL, DATABASE_SSL, count) => {
      const changes = { DATABASE_URL, DATABASE_SSL };
      expect(problemsOf(changes, production)).toHaveLength(count);
      expect(problemsOf(changes)).toEqual([]);
    },
  );

  it.each([
    ["GOOGLE_CERTS_URL", "https://www.googleapis.com/storage/v1/b/anybody/o/c"],
    ["GOOGLE_CERTS_URL", "https://www.googleapis.com/oauth2/v1/certs?x=1"],
    ["GOOGLE_CERTS_URL", "https://www.googleapis.com:8443/oauth2/v1/certs"],
    ["GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/tokeninfo"],
    ["GOOGLE_USERINFO_URL", "https://www.googleapis.com/oauth2/v1/certs"],
    ["TRUSTED_PROXIES", "0.0.0.0/1,128.0.0.0/1"],
    ["TRUSTED_PROXIES", "0.0.0.0/2,64.0.0.0/2,10.0.0.0/8"],
    ["TRUSTED_PROXIES", "::/1"],
  ])("refuses %s=%s in production only", (name, value) => {
    expect(problemsOf({ [name]: value }, production)).toEqual([
      expect.stringMatching(new RegExp(`^${name} must be`)),
    ]);
    expect(problemsOf({ [name]: value })).toEqual([]);
  });

  describe("when a setting is only risky", () => {
    const warnings = (changes: Source, base = production) =>
      configurationWarnings(readEnvironment({ ...base, ...changes }));
    const off = {
      RATE_LIMIT_SIGN_IN: "off",
      RATE_LIMIT_SIGN_IN_FAILURES: "off",
      RATE_LIMIT_REFRESH: "off",
      RATE_LIMIT_NONCE: "off",
      RATE_LIMIT_VERIFY_TOKEN: "off",
    };
    const protectedUrl = "postgresql://app@db.internal/app?sslmode=verify-full";

    it("warns when all rate limits are off in production", () => {
      const base = { ...production, DATABASE_SSL: "on" };
      expect(warnings(off, base)).toEqual([
        expect.stringContaining("All rate limits are off"),
      ]);
      expect(warnings({ ...off, RATE_LIMIT_REFRESH: "1/1" }, base)).toEqual([]);
      expect(warnings(off, development)).toEqual([]);
    });

    it.each([
      ["postgresql://app@db.internal/app", true],
      ["postgresql://app@10.0.0.7/app?sslmode=disable", true],
      [protectedUrl, false],
      ["postgresql://app@127.0.0.1/app", false],
      ["postgresql://app@localhost:5433/app", false],
      ["postgresql://app@[::1]/app", false],
      ["postgresql:///app?host=/var/run/postgresql", false],
      ["postgresql://app@%2Fvar%2Frun/app", false],
    ])("with the database at %s, warns: %s", (DATABASE_URL, isWarned) => {
      const changes = { DATABASE_URL, DATABASE_SSL: "off" };
      const decided = DATABASE_URL.includes("sslmode")
        ? { ...changes, DATABASE_SSL: undefined }
        : changes;
      expect(warnings(decided).length > 0).toBe(isWarned);
    });
  });
});
