import { InvalidEnvironmentError, readEnvironment } from "./read-environment";
import { settingsOf } from "./settings";

const one = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
const other = "a/b+c=:d0~Tq7vZ1mB9xKd4RfW0pLs8Y";

function clientsOf(INTROSPECTION_CLIENTS: string | undefined) {
  try {
    const environment = readEnvironment({
      DATABASE_URL: "postgresql://127.0.0.1/app",
      GOOGLE_CLIENT_IDS: "123456-web.apps.googleusercontent.com",
      SECRET_KEY: "Wm3kP8sV1yB6nQ9tE4rU7iO2aD5fG0hJ",
      INTROSPECTION_CLIENTS,
    });
    return settingsOf(environment).oauth.introspectionClients;
  } catch (error) {
    if (error instanceof InvalidEnvironmentError) return error.problems;
    throw error;
  }
}

describe("INTROSPECTION_CLIENTS", () => {
  it.each([undefined, "", " , "])("has no clients if it is %j", (value) => {
    expect(clientsOf(value)).toEqual([]);
  });

  it("has clients whose secrets may contain colons", () => {
    expect(clientsOf(`api:${one}, billing.v2:${other}`)).toEqual([
      { id: "api", secret: one },
      { id: "billing.v2", secret: other },
    ]);
  });

  it.each([
    ["no secret", "api"],
    ["an empty secret", "api:"],
    ["no id", `:${one}`],
    ["a secret of 31 characters", `api:${one.slice(1)}`],
    ["a placeholder", "api:change-me-change-me-change-me-change-me"],
    ["a repeated short text", `api:${"abcd".repeat(10)}`],
    ["a space in a secret", `api:${one.slice(1)} x`],
    ["a secret that is not ASCII", `api:${one}é`],
    ["an id with a space", `a pi:${one}`],
    ["a duplicate id", `api:${one},api:${other}`],
    ["one invalid entry among valid ones", `api:${one},other:short`],
  ])("refuses %s without quoting it", (_what, value) => {
    const problems = clientsOf(value);
    expect(problems).toEqual([
      expect.stringMatching(
        /^INTROSPECTION_CLIENTS must be a comma-separated list/,
      ),
    ]);
    expect(JSON.stringify(problems)).not.toContain(one.slice(1));
  });
});
