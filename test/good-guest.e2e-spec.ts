import { type INestApplication, Logger, ValidationPipe } from "@nestjs/common";
import { SignInHooks } from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { call, person, refusal } from "./support/calls";
import {
  GuestApp,
  type GuestAppOptions,
  type Platform,
  platforms,
} from "./support/guest-app";
import { HostModule, OutOfPaperFilter } from "./support/host-module";
import { answerOf, postJson } from "./support/requests";

const platformNames = Object.keys(platforms) as Platform[];
const host = { imports: [HostModule] };

describe.each(platformNames)("in a host on %s", (platform) => {
  let google: GoogleEmulator;
  let database: TestDatabase;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
  });

  afterAll(async () => {
    await database.destroy();
    await google.stop();
  });

  const start = (options: GuestAppOptions) =>
    GuestApp.start(google, database, { platform, host, ...options });

  describe('with guard: "manual"', () => {
    let app: GuestApp;

    beforeAll(async () => {
      app = await start({ options: { guard: "manual" } });
    });

    afterAll(() => app[Symbol.asyncDispose]());

    it("the host's routes are public by default", async () => {
      expect((await call(app, "GET", "/open")).status).toBe(200);
      const answer = await call(app, "GET", "/guarded");
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      const { accessToken, id } = await person(app, google);
      const entered = await call(app, "GET", "/guarded", accessToken);
      expect([entered.status, entered.body.userId]).toEqual([200, id]);
    });

    it("every error has a request id, even if the host assigns none", async () => {
      const first = await call(app, "GET", "/users/me");
      const second = await call(app, "GET", "/users/me");
      const ids = [first.body.requestId, second.body.requestId];
      expect(ids).toEqual([expect.stringMatching(/./), expect.anything()]);
      expect(ids[0]).not.toBe(ids[1]);
    });

    it.each([
      ["GET", "/users/me"],
      ["PATCH", "/users/me"],
      ["DELETE", "/users/me"],
      ["GET", "/users/me/export"],
      ["POST", "/users/me/complete"],
      ["GET", "/users/me/identities"],
      ["POST", "/users/me/identities"],
      ["DELETE", "/users/me/identities/1"],
      ["GET", "/auth/sessions"],
      ["DELETE", "/auth/sessions/1"],
      ["POST", "/auth/logout-all"],
      ["POST", "/auth/reauthenticate"],
      ["GET", "/admin/users"],
      ["GET", "/admin/users/1"],
      ["PATCH", "/admin/users/1"],
      ["POST", "/admin/users/1/logout"],
      ["GET", "/admin/audit"],
      ["GET", "/admin/overview"],
    ])("our own routes stay guarded: %s %s", async (method, path) => {
      const answer = await call(app, method, path);
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
    });

    it("a token without the role is refused on a route with roles", async () => {
      const { accessToken } = await person(app, google);
      const answer = await call(app, "GET", "/admin/users", accessToken);
      expect(refusal(answer)).toEqual([403, "insufficient_role"]);
    });
  });

  describe("with the default options", () => {
    let app: GuestApp;

    beforeAll(async () => {
      app = await start({
        configure: (nest: INestApplication) =>
          nest
            .useGlobalFilters(new OutOfPaperFilter())
            .useGlobalPipes(new ValidationPipe()),
      });
    });

    afterAll(() => app[Symbol.asyncDispose]());

    it("the host's routes require a token by default", async () => {
      const answer = await call(app, "GET", "/open");
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
    });

    it("a Google ID token authenticates on a route of another module", async () => {
      const account = { sub: "110011001100110011001" };
      const idToken = await google.idToken({ account });
      const proved = await postJson(app, "/proved", { idToken });
      expect(proved.status).toBe(201);
      expect(proved.body.identity).toMatchObject({ subject: account.sub });
      const guess = await postJson(app, "/proved", { idToken: "guess" });
      expect(refusal(guess)).toEqual([401, "invalid_token"]);
      const none = await postJson(app, "/proved", {});
      expect(none.status).toBe(400);
    });

    it.each([
      ["an exception", "/conflict", 409, { host: "taken" }],
      [
        "a bug",
        "/bug",
        500,
        { statusCode: 500, message: "Internal server error" },
      ],
      [
        "an exception of its own filter",
        "/paper",
        507,
        { host: "out of paper" },
      ],
    ])("%s of the host is unchanged", async (_what, path, status, body) => {
      const answer = await call(app, "GET", path);
      expect([answer.status, answer.body]).toEqual([status, body]);
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    });

    it("its 404 and its validation are unchanged", async () => {
      const missing = await call(app, "GET", "/nowhere");
      expect([missing.status, missing.body]).toEqual([
        404,
        { statusCode: 404, error: "Not Found", message: "Cannot GET /nowhere" },
      ]);
      const invalid = await postJson(app, "/letters", { to: "nobody" });
      expect([invalid.status, invalid.body]).toEqual([
        400,
        {
          ...{ statusCode: 400, error: "Bad Request" },
          message: ["to must be an email"],
        },
      ]);
      const unreadable = await call(app, "POST", "/letters", undefined, "{");
      expect(unreadable.status).toBe(400);
      expect(unreadable.body).toMatchObject({ statusCode: 400 });
    });

    it("an AuthError of the host has our error format", async () => {
      const answer = await call(app, "GET", "/refused");
      expect(refusal(answer)).toEqual([403, "insufficient_role"]);
      expect(answer.headers.get("content-type")).toMatch(
        /^application\/problem\+json/,
      );
    });

    it("its routes next to ours are unchanged", async () => {
      const login = await postJson(app, "/auth/login", {});
      expect([login.status, login.body]).toEqual([201, { host: "logged in" }]);
      const settings = await call(app, "GET", "/auth/settings");
      expect(settings.body).toEqual({ host: "settings" });
    });

    it("there are no health routes of ours", async () => {
      expect((await call(app, "GET", "/health/live")).status).toBe(404);
    });
  });

  it("an error in a route of ours has our format, without details", async () => {
    class BrokenHooks extends SignInHooks {
      override beforeSignUp(): never {
        throw new TypeError("a bug of the host's, with a secret in it");
      }
    }
    await using app = await start({
      options: { providers: [{ provide: SignInHooks, useClass: BrokenHooks }] },
    });
    const idToken = await google.idToken({ account: newAccount() });
    const answer = await postJson(app, "/auth/google", { idToken });
    expect(refusal(answer)).toEqual([500, "internal_error"]);
    expect(JSON.stringify(answer.body)).not.toContain("secret");
    expect(answer.headers.get("content-type")).toMatch(
      /^application\/problem\+json/,
    );
  });

  it('errors: "all" formats errors of the host as well', async () => {
    await using app = await start({ options: { errors: "all" } });
    const missing = await call(app, "GET", "/nowhere");
    expect(refusal(missing)).toEqual([404, "not_found"]);
    const bug = await call(app, "GET", "/bug");
    expect(refusal(bug)).toEqual([500, "internal_error"]);
    expect(JSON.stringify(bug.body)).not.toContain("secret");
  });

  it("omitted routes are 404, the others are below the prefix", async () => {
    await using app = await start({
      options: {
        routes: {
          ...{ prefix: "/api/v1/", account: false, admin: false },
          ...{ oauth: false, securityEvents: false, health: true },
        },
      },
    });
    const idToken = await google.idToken();
    const signedIn = await postJson(app, "/api/v1/auth/google", { idToken });
    expect(signedIn.status).toBe(200);
    const token = String(signedIn.body.accessToken);
    const get = async (path: string) =>
      answerOf(
        await app.fetch(path, {
          headers: { authorization: `Bearer ${token}` },
        }),
      );
    const sessions = await app.fetch("/api/v1/auth/sessions", {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(sessions.status).toBe(200);
    expect((await get("/api/v1/health/live")).status).toBe(200);
    for (const path of [
      ...["/users/me", "/admin/users", "/oauth/token", "/security-events"],
      "/.well-known/oauth-authorization-server",
    ]) {
      expect((await get(`/api/v1${path}`)).status).toBe(404);
      expect((await get(path)).status).toBe(404);
    }
    const atRoot = await postJson(app, "/auth/google", { idToken });
    expect(atRoot.status).toBe(404);
  });

  it("security events are accepted below a prefix, too", async () => {
    await using app = await start({ options: { routes: { prefix: "api" } } });
    const answer = await app.fetch("/api/security-events", {
      ...{ method: "POST", body: await google.securityEventToken() },
      headers: { "content-type": "application/secevent+jwt" },
    });
    expect(answer.status).toBe(202);
    // Only our route accepts this media type; the host's routes are unchanged.
    const letter = await app.fetch("/letters", {
      ...{ method: "POST", body: "a.b.c" },
      headers: { "content-type": "application/secevent+jwt" },
    });
    expect(letter.status).not.toBe(202);
  });
});
