import { InvalidEnvironmentError, readEnvironment } from "./read-environment";

type Source = Readonly<Record<string, string | undefined>>;

/** The variables without a default. */
const least: Source = {
  DATABASE_URL: "postgresql://app:hunter2@127.0.0.1/app",
  GOOGLE_CLIENT_IDS: "123456-web.apps.googleusercontent.com",
  SECRET_KEY: "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA",
};
function problemsOf(source: Source): readonly string[] {
  try {
    readEnvironment(source);
  } catch (error) {
    if (error instanceof InvalidEnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

/** The names of the variables that break their rule. */
function brokenBy(changes: Source): string[] {
  return problemsOf({ ...least, ...changes }).map(
    (problem) => problem.split(" ")[0] ?? "",
  );
}

describe("readEnvironment", () => {
  describe("when only the required variables are set", () => {
    it("sets the defaults of all others", () => {
      expect({ ...readEnvironment(least) }).toEqual({
        NODE_ENV: "development",
        PORT: 3000,
        KEEP_ALIVE_SECONDS: 75,
        DATABASE_URL: least.DATABASE_URL,
        DATABASE_POOL_SIZE: 10,
        DATABASE_SSL: false,
        GOOGLE_CLIENT_IDS: ["123456-web.apps.googleusercontent.com"],
        GOOGLE_NONCE: "optional",
        GOOGLE_ID_TOKEN_USE: "reusable",
        GOOGLE_RISC_CONFIG_URL: "https://risc.googleapis.com/v1beta",
        GOOGLE_TOKENINFO_URL: "https://oauth2.googleapis.com/tokeninfo",
        GOOGLE_TOKEN_URL: "https://oauth2.googleapis.com/token",
        GOOGLE_USERINFO_URL: "https://openidconnect.googleapis.com/v1/userinfo",
        TOKENINFO: false,
        GOOGLE_CERTS_URL: "https://www.googleapis.com/oauth2/v1/certs",
        SIGN_UP: "open",
        REQUIRE_VERIFIED_EMAIL: true,
        ACCESS_TOKEN_TTL_SECONDS: 900,
        DPOP: "off",
        DPOP_NONCE: "optional",
        SESSION_IDLE_TTL_SECONDS: 2592000,
        SESSION_MAX_TTL_SECONDS: 7776000,
        REFRESH_GRACE_SECONDS: 10,
        REFRESH_LATE_RETRIES: 3,
        MAX_SESSIONS_PER_USER: 100,
        REFRESH_COOKIE: "off",
        REFRESH_COOKIE_SAME_SITE: "strict",
        AUDIT_RETENTION_DAYS: 400,
        CLOCK_SKEW_SECONDS: 60,
        SECRET_KEY: least.SECRET_KEY,
        SIGNING_KEY_ROTATION_DAYS: 30,
        RATE_LIMIT_SIGN_IN: { count: 300, seconds: 60 },
        RATE_LIMIT_SIGN_IN_FAILURES: { count: 30, seconds: 60 },
        RATE_LIMIT_REFRESH: { count: 300, seconds: 60 },
        RATE_LIMIT_NONCE: { count: 300, seconds: 60 },
        RATE_LIMIT_VERIFY_TOKEN: { count: 3000, seconds: 60 },
        RATE_LIMIT_STORE: "memory",
        LOG_LEVEL: "info",
        METRICS: true,
        ACCOUNT_PAGE: false,
        ADMIN_PAGE: false,
        GOOGLE_SCRIPT_URL: "https://accounts.google.com/gsi/client",
      });
    });

    it("treats an empty variable, or one of spaces, as absent", () => {
      const blank = { PORT: "", LOG_LEVEL: "  ", HOST: "", DOCS: "\n" };
      expect(readEnvironment({ ...least, ...blank })).toEqual(
        readEnvironment(least),
      );
    });

    it("ignores unknown variables", () => {
      const environment = readEnvironment({
        ...least,
        PATH: "/bin",
        port: "1",
      });
      expect(Object.keys(environment)).not.toContain("PATH");
      expect(environment.PORT).toBe(3000);
    });

    it("returns a frozen result", () => {
      const environment = readEnvironment(least);
      expect(Object.isFrozen(environment)).toBe(true);
      expect(() => Object.assign(environment, { PORT: 1 })).toThrow(TypeError);
    });
  });

  describe("when several variables break their rules", () => {
    it("names all of them and their rules in one error, without the values", () => {
      const source = {
        NODE_ENV: "staging-value",
        PORT: "port-value",
        DATABASE_URL: "mysql://user:password-value@host",
        GOOGLE_CERTS_URL: "certs-value",
        SECRET_KEY: "short-value",
        LOG_LEVEL: "loud-value",
      };
      let error: unknown;
      try {
        readEnvironment(source);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(InvalidEnvironmentError);
      const { message } = error as InvalidEnvironmentError;
      expect(message.split("\n")).toEqual([
        "The configuration has 7 problems:",
        "  - NODE_ENV must be one of development, test, production",
        "  - PORT must be an integer from 0 to 65535",
        expect.stringMatching(/^ {2}- LOG_LEVEL must be one of fatal/),
        expect.stringMatching(/^ {2}- DATABASE_URL must be a postgres:/),
        expect.stringMatching(
          /^ {2}- GOOGLE_CLIENT_IDS must be .*\(it is not set\)$/,
        ),
        "  - GOOGLE_CERTS_URL must be a URL without credentials; in production https://www.googleapis.com/oauth2/v1/certs",
        expect.stringMatching(
          /^ {2}- SECRET_KEY must be at least 32 random bytes/,
        ),
        "See docs/configuration.md for every variable.",
      ]);
      expect(message).not.toMatch(/-value|mysql/);
    });

    it("uses the singular for one problem", () => {
      expect(() => readEnvironment({ ...least, PORT: "x" })).toThrow(
        "The configuration has 1 problem:\n",
      );
    });
  });

  describe("when the client ids are read", () => {
    it.each([undefined, "", " ", ",", " , ", ",,\n,"])(
      "refuses to start with %j",
      (value) => {
        expect(brokenBy({ GOOGLE_CLIENT_IDS: value })).toEqual([
          "GOOGLE_CLIENT_IDS",
        ]);
      },
    );

    it("suggests GOOGLE_CLIENT_IDS for GOOGLE_CLIENT_ID, without its value", () => {
      const [problem] = problemsOf({
        ...least,
        GOOGLE_CLIENT_IDS: "",
        GOOGLE_CLIENT_ID: "123456-web",
      });
      expect(problem).toContain("did you mean GOOGLE_CLIENT_IDS?");
      expect(problem).not.toContain("123456");
    });

    it("accepts a comma-separated list with labels, spaces and empty entries", () => {
      const { GOOGLE_CLIENT_IDS } = readEnvironment({
        ...least,
        GOOGLE_CLIENT_IDS: " 12345678-web.x , ios=12345678-ios.x,, ",
      });
      expect(GOOGLE_CLIENT_IDS).toEqual([
        "12345678-web.x",
        "ios=12345678-ios.x",
      ]);
    });

    it.each([
      ...["1234.web 1234.ios", "1234.web;1234.ios", "1234.web,*", "1.short"],
      ...[
        "iOS=1234.web",
        "=1234.web",
        "ios=",
        '"1234.web"',
        "ios=ios=1234.web",
      ],
      ...["undefined", "null", "project-number"],
    ])("refuses %j", (value) => {
      expect(brokenBy({ GOOGLE_CLIENT_IDS: value })).toEqual([
        "GOOGLE_CLIENT_IDS",
      ]);
    });
  });

  describe("when values are parsed", () => {
    it.each([
      ["true", true],
      ["ON", true],
      ["1", true],
      ["False", false],
      ["off", false],
      ["0", false],
    ])("reads the switch %j as %j", (value, result) => {
      const { DATABASE_SSL } = readEnvironment({
        ...least,
        DATABASE_SSL: value,
      });
      expect(DATABASE_SSL).toBe(result);
    });

    it.each(["yes", "no", "2", "constructor", "__proto__"])(
      "refuses the switch %j",
      (value) => {
        expect(brokenBy({ DATABASE_SSL: value })).toEqual(["DATABASE_SSL"]);
      },
    );

    it.each(["0", "8080", " 65535 "])("reads the port %j", (value) => {
      expect(readEnvironment({ ...least, PORT: value }).PORT).toBe(
        Number(value),
      );
    });

    it.each(["-1", "65536", "3e3", "0x50", "80.0", "1e400", "8O80", "٣"])(
      "refuses the port %j",
      (value) => expect(brokenBy({ PORT: value })).toEqual(["PORT"]),
    );

    it.each([
      ["ACCESS_TOKEN_TTL_SECONDS", "59", "3601"],
      ["SESSION_IDLE_TTL_SECONDS", "59", "31536001"],
      ["CLOCK_SKEW_SECONDS", "-1", "301"],
      ["DATABASE_POOL_SIZE", "0", "201"],
    ])("checks the range of %s", (name, low, high) => {
      const most = { SESSION_MAX_TTL_SECONDS: "63072000" };
      expect(brokenBy({ ...most, [name]: low })).toEqual([name]);
      expect(brokenBy({ ...most, [name]: high })).toEqual([name]);
      expect(brokenBy({ ...most, [name]: String(Number(low) + 1) })).toEqual(
        [],
      );
      expect(brokenBy({ ...most, [name]: String(Number(high) - 1) })).toEqual(
        [],
      );
    });

    it("refuses a maximum lifetime below the idle time", () => {
      const times = (idle: string, max: string) => ({
        SESSION_IDLE_TTL_SECONDS: idle,
        SESSION_MAX_TTL_SECONDS: max,
      });
      expect(brokenBy(times("600", "600"))).toEqual([]);
      expect(brokenBy(times("600", "599"))).toEqual([
        "SESSION_MAX_TTL_SECONDS",
      ]);
      expect(brokenBy({ SESSION_IDLE_TTL_SECONDS: "7776001" })).toEqual([
        "SESSION_MAX_TTL_SECONDS",
      ]);
    });

    it.each([
      "corp.example",
      " Corp.Example , a-b.co.uk ",
      "xn--mnchen-3ya.de",
    ])("reads the domains %j", (value) =>
      expect(brokenBy({ GOOGLE_HOSTED_DOMAINS: value })).toEqual([]),
    );

    it.each([
      "corp",
      "*.corp.example",
      "@corp.example",
      "a.b c.d",
      "a..b",
      "-a.b",
    ])("refuses the domains %j", (value) =>
      expect(brokenBy({ GOOGLE_HOSTED_DOMAINS: value })).toEqual([
        "GOOGLE_HOSTED_DOMAINS",
      ]),
    );
  });
});
