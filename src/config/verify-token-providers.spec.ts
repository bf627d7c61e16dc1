import { defaultClaimNames } from "../identity/remote/verify-token-provider";
import { InvalidEnvironmentError, readEnvironment } from "./read-environment";
import { settingsOf } from "./settings";
import { claimKeys } from "./verify-token-providers";

const secret = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
const good = {
  name: "partner",
  url: "https://partner.example/verify-token",
  clientId: "app",
};

function read(value: unknown) {
  return readEnvironment({
    GOOGLE_CLIENT_IDS: "web-client.apps.googleusercontent.com",
    SECRET_KEY: "8b1f4c0d9e7a6352f1e08b1f4c0d9e7a6352f1e0",
    DATABASE_URL: "postgresql://localhost/app",
    NODE_ENV: "production",
    PUBLIC_URL: "https://auth.example",
    VERIFY_TOKEN_PROVIDERS:
      typeof value === "string" ? value : JSON.stringify(value),
  });
}

function problemOf(value: unknown): string {
  try {
    read(value);
  } catch (error) {
    if (error instanceof InvalidEnvironmentError) {
      expect(error.problems).toHaveLength(1);
      return error.problems[0] ?? "";
    }
    throw error;
  }
  return "";
}

describe("VERIFY_TOKEN_PROVIDERS", () => {
  it("accepts all members, and is frozen", () => {
    const full = {
      ...good,
      authentication: { id: "app", secret },
      tokenType: "access_token",
      issuer: "https://partner.example",
      claims: { subject: "user_id", picture: null },
      timeoutMilliseconds: 2000,
    };
    const list = read([full, { ...good, name: "p2" }]).VERIFY_TOKEN_PROVIDERS;
    expect(list).toEqual([full, { ...good, name: "p2" }]);
    for (const part of [list, list?.[0], list?.[0]?.claims]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it("is passed to the identity module, and is empty by default", () => {
    const identity = settingsOf(read([good])).identity;
    expect(identity.verifyTokenProviders).toEqual([good]);
    expect(settingsOf(read("")).identity.verifyTokenProviders).toEqual([]);
  });

  it("lists the claims that the verifier reads", () => {
    expect([...claimKeys].sort()).toEqual(
      Object.keys(defaultClaimNames).sort(),
    );
  });

  it.each([
    ["http://localhost:4000/x"],
    ["http://127.0.0.1:4000/x"],
    ["http://[::1]:4000/x"],
    ["https://partner.example:8443/x?tenant=1"],
  ])("accepts the url %s", (url) => {
    expect(problemOf([{ ...good, url }])).toBe("");
  });

  it.each<[string, unknown, string]>([
    ["invalid JSON", "{partner", "it is not a JSON array"],
    ["an object", good, "it is not a JSON array"],
    ["a number", "12", "it is not a JSON array"],
    ["a list of strings", ["partner"], "provider 1 is not an object"],
    ["null in it", [good, null], "provider 2 is not an object"],
    [
      "a duplicate name",
      [good, good],
      "provider 2 has the same name as another",
    ],
    ["an unknown member", [{ ...good, [secret]: 1 }], "provider 1 has members"],
    ["an empty entry", [{}], "provider 1 needs as name"],
    ...[
      ...["google", "sessions", "logout-all", "Partner", "", "-a", "a-", "a b"],
      ...["a/b", "a.b", "__proto__", "p".repeat(33), 7, null, ["partner"]],
    ].map((name): [string, unknown, string] => [
      `the name ${JSON.stringify(name)}`,
      [{ ...good, name }],
      "provider 1 needs as name",
    ]),
    ...[
      ...["http://partner.example/x", "ftp://a.example/", "partner", "", 1],
      ...["https://u:p@partner.example/", "https://partner.example/#x"],
      ...["http://localhost.evil.example/", "http://127.0.0.1@evil.example/"],
      ...["https:partner.example", "https://a.example/ b", ["https://a.b/"]],
    ].map((url): [string, unknown, string] => [
      `the url ${JSON.stringify(url)}`,
      [{ ...good, url }],
      "provider 1 needs as url",
    ]),
    ...[undefined, "", "a b", 1, null].map(
      (clientId): [string, unknown, string] => [
        `the clientId ${JSON.stringify(clientId)}`,
        [{ ...good, clientId }],
        "provider 1 needs as clientId",
      ],
    ),
    ...[
      ...[secret, null, {}, { id: "app" }, { secret }, { token: "a\nb" }],
      ...[
        { id: "a:b", secret },
        { id: "app", secret, token: secret },
      ],
      ...[{ id: "app", secret: "" }, { token: ["x"] }, [secret]],
    ].map((authentication): [string, unknown, string] => [
      `the authentication ${JSON.stringify(authentication)}`,
      [{ ...good, authentication }],
      "provider 1 needs as authentication",
    ]),
    ...[
      ...[null, [], { sub: "id" }, { subject: null }, { subject: 1 }],
      ...[{ email: "" }, { email: ["mail"] }, { roles: "roles" }],
    ].map((claims): [string, unknown, string] => [
      `the claims ${JSON.stringify(claims)}`,
      [{ ...good, claims }],
      "provider 1 needs as claims",
    ]),
    ...[99, 10_001, 1.5, "400", null].map(
      (timeoutMilliseconds): [string, unknown, string] => [
        `the timeout ${JSON.stringify(timeoutMilliseconds)}`,
        [{ ...good, timeoutMilliseconds }],
        "provider 1 needs as timeoutMilliseconds",
      ],
    ),
  ])(
    "with %s is refused, naming the position and rule, not the value",
    (_what, value, fault) => {
      const problem = problemOf(value);
      expect(problem).toMatch(/^VERIFY_TOKEN_PROVIDERS must be a JSON array/);
      expect(problem).toContain(fault);
      expect(problem).not.toContain(secret);
    },
  );

  it("names all problems at once", () => {
    const problem = problemOf([
      { ...good, name: "google", url: "http://a.example" },
      { ...good, timeoutMilliseconds: 0, authentication: secret },
    ]);
    for (const fault of [
      ...["provider 1 needs as name", "provider 1 needs as url"],
      ...["provider 2 needs as authentication", "provider 2 needs as timeout"],
    ]) {
      expect(problem).toContain(fault);
    }
    expect(problem).not.toContain(secret);
  });
});
