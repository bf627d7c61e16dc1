import { GoogleAuthModule, InvalidOptionsError } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import {
  GuestApp,
  type Platform,
  platforms,
  requiredOptions,
} from "./support/guest-app";

describe("the pages in a host", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
  });

  afterAll(async () => {
    await database.destroy();
    await google.stop();
  });

  describe.each(Object.keys(platforms) as Platform[])("on %s", (platform) => {
    it("are served below a prefix with all their resources, under a strict policy", async () => {
      await using app = await GuestApp.start(google, database, {
        platform,
        options: { routes: { prefix: "api/v1", pages: true } },
      });
      for (const name of ["account", "admin"]) {
        const page = await app.fetch(`/api/v1/${name}`);
        expect(page.status).toBe(200);
        expect(page.headers.get("content-type")).toBe(
          "text/html; charset=utf-8",
        );
        const policy = page.headers.get("content-security-policy") ?? "";
        expect(policy).toContain("default-src 'none'");
        expect(policy).toContain("frame-ancestors 'none'");
        expect(policy).not.toContain("unsafe");
        const html = await page.text();
        expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=/);
        const files = [...html.matchAll(/(?:href|src)="(pages\/[^"]+)"/g)];
        expect(files).toHaveLength(2);
        for (const [, path] of files) {
          const file = await app.fetch(`/api/v1/${path}`);
          expect(file.status).toBe(200);
          expect(file.headers.get("content-type")).toMatch(
            /^text\/(css|javascript); charset=utf-8$/,
          );
        }
      }
      const missing = await app.fetch("/api/v1/pages/..%2f..%2fpackage.json");
      expect(missing.status).toBe(404);
    });

    it("are 404 unless enabled, each separately", async () => {
      await using none = await GuestApp.start(google, database, { platform });
      expect((await none.fetch("/account")).status).toBe(404);
      await using one = await GuestApp.start(google, database, {
        platform,
        options: { routes: { pages: { account: true } } },
      });
      expect((await one.fetch("/account")).status).toBe(200);
      expect((await one.fetch("/admin")).status).toBe(404);
    });
  });

  it.each([["yes"], [{ acount: true }], [{ admin: 1 }], [null]])(
    "an invalid option is refused by name: %j",
    (pages) => {
      const routes = { pages } as never;
      const options = { ...requiredOptions(google, database), routes };
      expect(() => GoogleAuthModule.forRoot(options)).toThrow(
        InvalidOptionsError,
      );
      expect(() => GoogleAuthModule.forRoot(options)).toThrow("routes.pages");
    },
  );
});
