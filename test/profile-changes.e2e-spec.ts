import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { call, person, refusal } from "./support/calls";
import { companyProfile } from "./support/company-profile";
import { rowCounts } from "./support/rows";

describe("the app's own fields", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  /** Without a schema. */
  let plain: TestService;
  /** With a schema, on the same database. */
  let team: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    plain = await TestService.start(google, { database });
    team = await TestService.start(google, {
      database,
      providers: [companyProfile],
    });
  });

  afterAll(async () => {
    await team.stop();
    await plain.stop();
    await database.destroy();
    await google.stop();
  });

  const acme = { company: "Acme" };

  /**
   * Bodies are JSON text, because JSON.stringify cannot produce some of them.
   */
  describe.each([
    ["a string", '"admin"', "profile"],
    ["a list", "[1]", "profile"],
    ["a number", "1", "profile"],
    ["false", "false", "profile"],
    ["8,193 bytes", JSON.stringify({ a: "x".repeat(8185) }), "profile"],
    ["6 levels", '{"a":[[[[[]]]]]}', "profile"],
    ["4,000 levels", `{"a":${"[".repeat(4000)}${"]".repeat(4000)}}`, "profile"],
    ["U+0000", '{"a":"\\u0000"}', "profile"],
    ["U+0000 in a name", '{"\\u0000":1}', "profile"],
    ["half a surrogate pair", '{"a":"\\ud800"}', "profile"],
    ["a number that overflows", '{"a":1e999}', "profile"],
    ["__proto__", '{"__proto__":{"isAdmin":true}}', "body"],
    ["__proto__ below", '{"a":{"__proto__":1}}', "body"],
    ["constructor", '{"constructor":{"prototype":{"x":1}}}', "body"],
    ["constructor as a string", '{"constructor":"x"}', "profile"],
    ["toString", '{"toString":"x"}', "profile"],
  ])("a profile that is or has %s", (_what, json, field) => {
    it("is refused at sign-in, and no user is created", async () => {
      const idToken = await google.idToken({ account: newAccount() });
      const before = await rowCounts(plain);
      const body = `{"idToken":"${idToken}","profile":${json}}`;
      const answer = await call(plain, "POST", "/auth/google", undefined, body);
      expect(refusal(answer)).toEqual([400, "invalid_request", field]);
      expect(await rowCounts(plain)).toEqual(before);
    });

    it("is refused as a change and changes nothing", async () => {
      const { accessToken, user } = await person(plain, google);
      for (const [method, path] of [
        ["PATCH", "/users/me"],
        ["POST", "/users/me/complete"],
      ] as const) {
        const body = `{"profile":${json}}`;
        const answer = await call(plain, method, path, accessToken, body);
        expect(refusal(answer)).toEqual([400, "invalid_request", field]);
      }
      const me = await call(plain, "GET", "/users/me", accessToken);
      expect(me.body).toEqual(user);
    });
  });

  describe("changed by their user", () => {
    const change = (accessToken: string, body: unknown, service = team) =>
      call(service, "PATCH", "/users/me", accessToken, body);

    it("are merged, null removes, and a nested object is replaced", async () => {
      const profile = { ...acme, employees: 3, address: { city: "Paris" } };
      const ada = await person(team, google, newAccount(), { profile });
      const answer = await change(ada.accessToken, {
        profile: { employees: null, address: { city: " Rome " } },
      });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        ...ada.user,
        profile: { ...acme, address: { city: " Rome " } },
      });
    });

    it.each([
      [{ employees: "3" }, "profile.employees"],
      [{ fax: "0" }, "profile.fax"],
      [{ address: {} }, "profile.address.city"],
      [{ address: { city: "Rome", mayor: 1 } }, "profile.address.mayor"],
      [{ company: null }, "profile.company"],
      [{ employees: 1, company: "x".repeat(51) }, "profile.company"],
    ])("to %j are refused as a whole", async (profile, field) => {
      const ada = await person(team, google, newAccount(), { profile: acme });
      const answer = await change(ada.accessToken, { profile });
      expect(refusal(answer)).toEqual([400, "invalid_request", field]);
      const me = await call(team, "GET", "/users/me", ada.accessToken);
      expect(me.body).toEqual(ada.user);
    });

    it("cannot set anything else: no e-mail, role, status or id", async () => {
      const ada = await person(plain, google);
      const other = await person(plain, google);
      const wishes = {
        ...{ id: other.id, userId: other.id, sub: "1", issuer: "evil" },
        ...{ email: "boss@gmail.com", emailVerified: true, name: "Boss" },
        ...{ roles: ["admin"], role: "admin", status: "active" },
        emailAuthority: "authoritative",
        ...{ createdAt: "2000-01-01", hostedDomain: "corp.com", user: {} },
      };
      for (const [field, value] of Object.entries(wishes)) {
        const body = { profile: { a: 1 }, [field]: value };
        for (const method of ["PATCH", "POST"]) {
          const path = method === "PATCH" ? "/users/me" : "/users/me/complete";
          const answer = await call(plain, method, path, ada.accessToken, body);
          expect(refusal(answer)).toEqual([400, "invalid_request", field]);
        }
      }
      // Inside the profile these are the app's own fields, without a meaning to
      // us.
      const answer = await change(ada.accessToken, { profile: wishes }, plain);
      expect(answer.body).toEqual({
        ...ada.user,
        profile: withoutNull(wishes),
      });
      const me = await call(plain, "GET", "/users/me", other.accessToken);
      expect(me.body).toEqual(other.user);
    });

    it.each([
      ["nothing", "{}"],
      ["null", '{"profile":null}'],
      ["a list around it", '[{"profile":{}}]'],
      ["the fields without `profile`", '{"theme":"dark"}'],
      ["null alone", "null"],
      ["a string alone", '"profile"'],
    ])("by a body that is %s are refused", async (_what, body) => {
      const { accessToken } = await person(plain, google);
      const answer = await change(accessToken, body, plain);
      expect(refusal(answer)).toEqual([400, "invalid_request", "profile"]);
    });

    it("in a form are refused", async () => {
      const { accessToken } = await person(plain, google);
      const answer = await plain.fetch("/users/me", {
        method: "PATCH",
        headers: { authorization: `Bearer ${accessToken}` },
        body: new URLSearchParams({ profile: "{}" }),
      });
      expect(answer.status).toBe(400);
    });

    it("by many concurrent calls on two instances are all kept", async () => {
      const { accessToken } = await person(plain, google);
      const other = await TestService.start(google, { database });
      try {
        const names = Array.from({ length: 24 }, (_, index) => `f${index}`);
        const answers = await Promise.all(
          names.map((name, index) =>
            change(
              accessToken,
              { profile: { [name]: index } },
              index % 2 ? plain : other,
            ),
          ),
        );
        expect(new Set(answers.map(({ status }) => status))).toEqual(
          new Set([200]),
        );
        const me = await call(plain, "GET", "/users/me", accessToken);
        expect(Object.keys(me.body.profile as object).sort()).toEqual(
          names.sort(),
        );
      } finally {
        await other.stop();
      }
    });

    it("cannot exceed the limit in small steps", async () => {
      const { accessToken } = await person(plain, google);
      const half = "x".repeat(4500);
      const first = await change(accessToken, { profile: { a: half } }, plain);
      expect(first.status).toBe(200);
      const second = await change(accessToken, { profile: { b: half } }, plain);
      expect(refusal(second)).toEqual([400, "invalid_request", "profile"]);
    });
  });
});

function withoutNull(fields: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null),
  );
}
