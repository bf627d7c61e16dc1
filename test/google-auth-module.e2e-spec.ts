import { readFileSync } from "node:fs";
import { type INestApplication, Logger, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { GoogleAuthModule, type GoogleAuthOptions } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { call, person, refusal } from "./support/calls";
import { type Platform, platforms, requiredOptions } from "./support/guest-app";
import { postJson } from "./support/requests";

const platformNames = Object.keys(platforms) as Platform[];

/**
 * The code an application needs for sign-in with Google, on either platform.
 */
async function newApp(
  { publicUrl, secretKey, google, database }: GoogleAuthOptions,
  adapter: ReturnType<(typeof platforms)[Platform]>,
): Promise<INestApplication> {
  // The application begins.
  const googleAuth = GoogleAuthModule.forRoot({
    publicUrl,
    secretKey,
    google,
    database,
  });
  @Module({ imports: [googleAuth] })
  class App {}
  const app = await NestFactory.create(App, adapter);
  await app.listen(0);
  // The application ends.
  return app;
}

describe("a new app with GoogleAuthModule.forRoot", () => {
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

  it("has at most 12 lines", () => {
    const [, code = ""] =
      /application begins\.\n([\s\S]*?)\n.*application ends\./.exec(
        readFileSync(__filename, "utf8"),
      ) ?? [];
    expect(code).toContain("GoogleAuthModule.forRoot({");
    expect(code.split("\n").length).toBeLessThanOrEqual(12);
  });

  describe.each(platformNames)("on %s", (platform) => {
    let app: INestApplication;
    const site = {
      fetch: async (path: string, init?: RequestInit) =>
        fetch(
          `${await app.getUrl()}${path}`.replace("[::1]", "localhost"),
          init,
        ),
    };

    beforeAll(async () => {
      const options = requiredOptions(google, database);
      app = await newApp(options, platforms[platform]());
    });

    afterAll(() => app.close());

    it("signs in, refreshes and revokes", async () => {
      const { accessToken, refreshToken, status, user } = await person(
        ...[site, google],
      );
      expect(status).toBe(200);
      const me = await call(site, "GET", "/users/me", accessToken);
      expect([me.status, me.body.id]).toEqual([200, user.id]);

      const fresh = await postJson(site, "/auth/refresh", { refreshToken });
      expect(fresh.status).toBe(200);
      expect(fresh.body.refreshToken).not.toBe(refreshToken);
      const token = String(fresh.body.accessToken);
      expect((await call(site, "GET", "/users/me", token)).status).toBe(200);

      const left = await call(site, "POST", "/auth/logout", token);
      expect(left.status).toBe(204);
      for (const dead of [accessToken, token]) {
        const answer = await call(site, "GET", "/users/me", dead);
        expect(refusal(answer)).toEqual([401, "unauthenticated"]);
        expect(answer.headers.get("www-authenticate")).toBe(
          'Bearer error="invalid_token"',
        );
      }
      const again = await postJson(site, "/auth/refresh", {
        refreshToken: fresh.body.refreshToken,
      });
      expect(refusal(again)).toEqual([401, "session_revoked"]);
    });

    it("accepts forms, and the path of Google's sample", async () => {
      const body = new URLSearchParams({ id_token: await google.idToken() });
      const answer = await site.fetch("/tokensignin", { method: "POST", body });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    });

    it("answers refusals as problem+json", async () => {
      const answer = await site.fetch("/auth/google", {
        ...{ method: "POST", body: JSON.stringify({ idToken: "guess" }) },
        headers: { "content-type": "application/json" },
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toMatch(
        /^application\/problem\+json/,
      );
      expect(await answer.json()).toMatchObject({ code: "invalid_token" });
    });

    it("accepts Google's security events", async () => {
      const { accessToken, account } = await person(site, google);
      const event = await google.securityEventToken({ account });
      const answer = await site.fetch("/security-events", {
        ...{ method: "POST", body: event },
        headers: { "content-type": "application/secevent+jwt" },
      });
      expect([answer.status, await answer.text()]).toEqual([202, ""]);
      const me = await call(site, "GET", "/users/me", accessToken);
      expect(refusal(me)).toEqual([401, "unauthenticated"]);
    });
  });
});
