import { Controller, Get } from "@nestjs/common";
import { OptionalAuth, Public } from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { call, claimsOf, person, refusal } from "./support/calls";
import { companyProfile } from "./support/company-profile";
import { postForm, postJson } from "./support/requests";
import { query, rowCounts } from "./support/rows";

@Controller("team")
class TeamController {
  @Get("guarded")
  guarded(): object {
    return {};
  }

  @OptionalAuth()
  @Get("optional")
  optional(): object {
    return {};
  }

  @Public()
  @Get("public")
  open(): object {
    return {};
  }
}

describe("the app's own fields of a user", () => {
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
      controllers: [TeamController],
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

  describe("sent with a sign-in", () => {
    it("are stored for a new user, as parsed by the schema", async () => {
      const profile = { company: "  Acme ", address: { city: "Paris" } };
      const ada = await person(team, google, newAccount(), { profile });
      expect(ada.body).toMatchObject({
        isNewUser: true,
        profileComplete: true,
        user: { profile: { company: "Acme", address: { city: "Paris" } } },
      });
      expect(claimsOf(ada.accessToken).scope).toBe("user");
      const me = await call(team, "GET", "/users/me", ada.accessToken);
      expect(me.body).toEqual(ada.user);
    });

    it("may be any without a schema", async () => {
      const profile = { theme: "dark", tags: ["a", { b: [null, 1.5] }] };
      const ada = await person(plain, google, newAccount(), { profile });
      expect(ada.body).toMatchObject({ profileComplete: true });
      expect(ada.user.profile).toEqual(profile);
    });

    it("do not overwrite those of a known user, but must be valid", async () => {
      const ada = await person(team, google, newAccount(), { profile: acme });
      const again = await person(team, google, ada.account, {
        profile: { company: "Evil", employees: 6 },
      });
      expect([again.status, again.user.profile]).toEqual([200, acme]);
      const wrong = await person(team, google, ada.account, {
        profile: { company: 1 },
      });
      expect(refusal(wrong)).toEqual([
        400,
        "invalid_request",
        "profile.company",
      ]);
    });

    it("leave the profile empty if absent or null", async () => {
      for (const body of [{}, { profile: null }, { profile: {} }]) {
        const { user } = await person(plain, google, newAccount(), body);
        expect(user.profile).toEqual({});
      }
    });

    it("are those of one of many concurrent first sign-ins", async () => {
      const account = newAccount();
      const people = await Promise.all(
        Array.from({ length: 12 }, (_, employees) =>
          person(team, google, account, { profile: { ...acme, employees } }),
        ),
      );
      expect(new Set(people.map(({ status }) => status))).toEqual(
        new Set([200]),
      );
      const profiles = people.map(({ user }) => JSON.stringify(user.profile));
      expect(new Set(profiles).size).toBe(1);
      const first = people.findIndex(({ body }) => body.isNewUser === true);
      expect(people[first]?.user.profile).toEqual({
        ...acme,
        employees: first,
      });
    });

    it("in a form are refused, because they would be lost", async () => {
      const idToken = await google.idToken({ account: newAccount() });
      const before = await rowCounts(team);
      const profile = JSON.stringify(acme);
      const answer = await postForm(team, "/auth/google", { idToken, profile });
      expect(refusal(answer)).toEqual([400, "invalid_request", "profile"]);
      expect(await rowCounts(team)).toEqual(before);
    });

    it("are checked after the token", async () => {
      const body = { idToken: "x.y.z", profile: "wrong" };
      const answer = await postJson(team, "/auth/google", body);
      expect(refusal(answer)).toEqual([401, "invalid_token"]);
    });
  });

  describe("that are required", () => {
    const closed = [
      ["GET", "/users/me"],
      ["PATCH", "/users/me"],
      ["DELETE", "/users/me"],
      ["GET", "/users/me/export"],
      ["GET", "/auth/sessions"],
      ["DELETE", "/auth/sessions/019aa0b5-1c00-7000-8000-000000000001"],
      ["POST", "/auth/logout-all"],
      ["GET", "/admin/users"],
      ["GET", "/admin/audit"],
      ["GET", "/admin/overview"],
      ["GET", "/team/guarded"],
      ["GET", "/team/optional"],
    ] as const;

    it("allow almost no routes while they are missing", async () => {
      const ada = await person(team, google);
      expect(ada.body.profileComplete).toBe(false);
      expect(claimsOf(ada.accessToken).scope).toBe("sign_up");
      for (const [method, path] of closed) {
        const answer = await call(team, method, path, ada.accessToken);
        expect([method, path, ...refusal(answer)]).toEqual([
          method,
          path,
          403,
          "profile_incomplete",
        ]);
        expect(answer.headers.get("www-authenticate")).toBe(
          'Bearer error="insufficient_scope", scope="user"',
        );
      }
      const open = await call(team, "GET", "/team/public", ada.accessToken);
      expect(open.status).toBe(200);
      const { refreshToken } = ada;
      const refreshed = await postJson(team, "/auth/refresh", { refreshToken });
      expect(refreshed.body).toMatchObject({ profileComplete: false });
      const renewed = String(refreshed.body.accessToken);
      expect(claimsOf(renewed).scope).toBe("sign_up");
      const out = await call(team, "POST", "/auth/logout", renewed);
      expect(out.status).toBe(204);
    });

    it("are completed later, all at once, and take effect at the next refresh", async () => {
      const profile = { employees: 3 };
      const ada = await person(team, google, newAccount(), { profile });
      const { accessToken } = ada;
      const complete = (sent: object) =>
        call(team, "POST", "/users/me/complete", accessToken, {
          profile: sent,
        });
      expect(refusal(await complete({ employees: 4 }))).toEqual([
        400,
        "invalid_request",
        "profile.company",
      ]);
      expect(refusal(await complete({ company: "", fax: 1 }))).toEqual([
        400,
        "invalid_request",
        "profile.fax",
        "profile.company",
      ]);
      const done = await complete(acme);
      expect(done.status).toBe(200);
      expect(done.headers.get("cache-control")).toBe("no-store");
      expect(done.body).toEqual({
        ...ada.user,
        profile: { ...profile, ...acme },
      });
      const still = await call(team, "GET", "/users/me", accessToken);
      expect(refusal(still)).toEqual([403, "profile_incomplete"]);
      const { body } = await postJson(team, "/auth/refresh", {
        refreshToken: ada.refreshToken,
      });
      expect(body.profileComplete).toBe(true);
      const renewed = String(body.accessToken);
      expect(claimsOf(renewed)).toMatchObject({
        scope: "user",
        sid: ada.sessionId,
      });
      const me = await call(team, "GET", "/users/me", renewed);
      expect(me.body).toEqual(done.body);
      // A second completion changes nothing and is no second sign-up.
      expect((await complete(acme)).status).toBe(200);
      const lines = await query(
        team,
        `SELECT session_id FROM google_auth.audit_events
         WHERE event = 'profile_completed' AND user_id = $1`,
        [ada.id],
      );
      expect(lines).toEqual([{ session_id: ada.sessionId }]);
    });

    it("are completed once, even from two devices at once", async () => {
      const { id, accessToken } = await person(team, google);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, employees) =>
          call(team, "POST", "/users/me/complete", accessToken, {
            profile: { ...acme, employees },
          }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(
        new Set([200]),
      );
      const lines = await query(
        team,
        "SELECT FROM google_auth.audit_events WHERE event = 'profile_completed' AND user_id = $1",
        [id],
      );
      expect(lines).toHaveLength(1);
    });

    it("are demanded of known users at the next refresh if the schema changes", async () => {
      const ada = await person(plain, google, newAccount(), {
        profile: { fax: "0" },
      });
      expect(ada.body.profileComplete).toBe(true);
      const { body } = await postJson(team, "/auth/refresh", {
        refreshToken: ada.refreshToken,
      });
      expect(body.profileComplete).toBe(false);
      const done = await call(
        team,
        "POST",
        "/users/me/complete",
        String(body.accessToken),
        { profile: acme },
      );
      // Fields that the schema no longer has are kept.
      expect((done.body as { profile: object }).profile).toEqual({
        fax: "0",
        ...acme,
      });
    });
  });
});
