import { Injectable, Logger } from "@nestjs/common";
import {
  Clock,
  GoogleAuthModule,
  InvalidOptionsError,
  SecurityEventHandler,
  SessionStore,
  SystemClock,
} from "../src/index";

@Injectable()
class NoSeam {}

class Proves {
  verify(): void {}
}

const good = {
  publicUrl: "https://api.example.com",
  secretKey: "only for tests: 8b1f4c0d9e7a6352f1e0",
  google: { clientIds: ["1234-abc.apps.googleusercontent.com"] },
  database: { url: "postgresql://nobody@nowhere.invalid/none" },
};

/**
 * The problems of options without a type check; an empty list unless it throws.
 */
function problemsOf(changes: object): readonly string[] {
  try {
    GoogleAuthModule.forRoot({ ...good, ...changes });
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionsError);
    const { problems } = error as InvalidOptionsError;
    return problems;
  }
}

/** The start of each problem: the name of the option. */
function namesIn(changes: object): string[] {
  return problemsOf(changes).map((problem) =>
    problem.replace(/ (?:must|is|has|belongs) .*/s, ""),
  );
}

describe("the options of GoogleAuthModule", () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it("are accepted if valid", () => {
    expect(problemsOf({})).toEqual([]);
  });

  it("are refused in one list, by path and variable, and never by value", () => {
    const secret = "too-short-to-be-a-secret";
    const changes = {
      publicUrl: "",
      secretKey: secret,
      google: { clientIds: [], clientIDs: ["typo"] },
      database: { url: "mysql://root:hunter2@localhost/app" },
      refresh: { graceSeconds: 61 },
      isuer: "https://typo.example",
      routes: { acount: false },
      guard: "everywhere",
      errors: "mine",
      migrate: "always",
      identityProviders: { "No Name": SystemClock },
      providers: [
        { provide: NoSeam, useClass: NoSeam },
        { provide: "TOKEN", useValue: 1 },
      ],
    };
    expect(new Set(namesIn(changes))).toEqual(
      new Set([
        "publicUrl (PUBLIC_URL)",
        "secretKey (SECRET_KEY)",
        "google.clientIds (GOOGLE_CLIENT_IDS)",
        "database.url (DATABASE_URL)",
        "refresh.graceSeconds (REFRESH_GRACE_SECONDS)",
        "google.clientIDs",
        "isuer",
        "routes.acount",
        "guard",
        "errors",
        "migrate",
        "identityProviders.No Name",
        "providers: NoSeam",
        "providers: TOKEN",
      ]),
    );
    const text = problemsOf(changes).join("\n");
    expect(text).not.toMatch(/hunter2|typo\.example|everywhere/);
    expect(text).not.toContain(secret);
  });

  it.each([
    ["an empty issuer", { publicUrl: "" }, "publicUrl (PUBLIC_URL)"],
    ["no issuer", { publicUrl: undefined }, "publicUrl (PUBLIC_URL)"],
    ["a blank issuer", { publicUrl: "  " }, "publicUrl (PUBLIC_URL)"],
    ["no secret", { secretKey: undefined }, "secretKey (SECRET_KEY)"],
    ["an empty secret", { secretKey: "" }, "secretKey (SECRET_KEY)"],
    [
      "an empty previous secret",
      { secretKey: { current: good.secretKey, previous: "" } },
      "secretKey.previous (SECRET_KEY_PREVIOUS)",
    ],
    ["an empty page", { appUrl: "" }, "appUrl (APP_URL)"],
    ["no database", { database: undefined }, "database.url (DATABASE_URL)"],
    [
      "an empty connection",
      { database: { connection: "" } },
      "database.connection",
    ],
    [
      "two databases",
      { database: { ...good.database, connection: "default" } },
      "database.connection",
    ],
    ["a switch of the wrong type", { routes: { admin: "no" } }, "routes.admin"],
    ["a prefix of the wrong type", { routes: { prefix: 1 } }, "routes.prefix"],
    [
      "a provider named google",
      { identityProviders: { google: Proves } },
      "identityProviders.google",
    ],
    [
      "a provider with the name of a route",
      { identityProviders: { reauthenticate: Proves } },
      "identityProviders.reauthenticate",
    ],
    [
      "a provider that is no verifier",
      { identityProviders: { partner: {} } },
      "identityProviders.partner",
    ],
    [
      "two providers with one name",
      {
        identityProviders: { partner: Proves },
        verifyTokenProviders: [
          { name: "partner", url: "https://a.example/", clientId: "app" },
        ],
      },
      "identityProviders.partner",
    ],
    [
      "a seam replaced twice",
      {
        providers: [
          { provide: Clock, useClass: SystemClock },
          { provide: Clock, useValue: new SystemClock() },
        ],
      },
      "providers: Clock",
    ],
    ["a seam itself", { providers: [SessionStore] }, "providers: SessionStore"],
    ["a class that is no seam", { providers: [NoSeam] }, "providers: NoSeam"],
    ["a circular import", { providers: [undefined] }, "providers[0]"],
    [
      "a handler that is never called",
      {
        routes: { securityEvents: false },
        providers: [{ provide: SecurityEventHandler, useClass: NoSeam }],
      },
      "providers: SecurityEventHandler",
    ],
  ])("refuse %s", (_what, changes, name) => {
    expect(namesIn(changes)).toEqual([name]);
  });

  it("follow the production rules in production", () => {
    const names = namesIn({
      environment: "production",
      publicUrl: "http://api.example.com",
      google: {
        ...good.google,
        certsUrl: "http://127.0.0.1:9000/oauth2/v1/certs",
      },
      database: { ...good.database, ssl: true },
      tokeninfo: true,
    });
    expect(names.sort()).toEqual([
      "google.certsUrl (GOOGLE_CERTS_URL)",
      "publicUrl (PUBLIC_URL)",
      "tokeninfo (TOKENINFO)",
    ]);
  });
});
