import type { Page } from "playwright-core";
import {
  accessibilityFaults,
  overflowsAt360,
  takePictures,
  Visitor,
} from "../support/browser";
import { BrowserSite, signIn } from "../support/browser-site";

describe("the demo's page", () => {
  let site: BrowserSite;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    site = await BrowserSite.start();
  });
  afterAll(() => site.stop());
  beforeEach(async () => {
    visitor = await site.visitor();
    page = await visitor.open(site.url());
  });
  afterEach(async () => {
    const { complaints } = visitor;
    await visitor[Symbol.asyncDispose]();
    expect(complaints).toEqual([]);
  });

  const press = (name: string) =>
    page.getByRole("button", { name, exact: true }).click();
  const says = (text: string | RegExp) =>
    page.getByRole("main").getByText(text).first().waitFor();
  /**
   * Claims and reports have times in whole seconds, and signing out everywhere
   * moves those of new sessions up to a second ahead.
   */
  const nextSecond = () => page.waitForTimeout(2000 - (Date.now() % 1000) + 20);
  const accessTokenTime = () =>
    page
      .getByRole("region", { name: "Our access token" })
      .locator("dt:text-is('auth_time') + dd");

  describe("when an account is chosen", () => {
    it("then two clicks lead to a successful guarded request", async () => {
      await signIn(page);
      await says("The guarded route GET /users/me returned 200");
      await says("Google's ID token");
      await says(/14 min \d+ s left/);
      await says("sign_up");
      await says(/^current$/);
    });
  });

  describe("when a session is used", () => {
    beforeEach(async () => {
      await signIn(page);
      await says("returned 200 for ada@gmail.com");
    });

    it("then it can be refreshed, even by five tabs concurrently", async () => {
      await press("Refresh");
      await says("New tokens");
      await press("Five tabs at once");
      await says("5 of 5 tabs got tokens");
      await press("Call a guarded route");
      await says("returned 200 for ada@gmail.com");
    });

    it("then a request expands to its curl command and response", async () => {
      await page.getByText("GET /users/me").last().click();
      await says("curl -s -X GET");
    });

    it("then a reload keeps it", async () => {
      await page.reload();
      await says("Our access token");
      await press("Call a guarded route");
      await says("returned 200 for ada@gmail.com");
    });

    it("then a tampered token is refused", async () => {
      await press("Send a tampered token");
      await says("401 invalid_token");
    });

    it("then an old refresh token ends it", async () => {
      await press("Reuse an old refresh token");
      await says("401 session_revoked");
      await says("refresh_reused");
      await says("Not signed in");
    });

    it("then signing out here ends it", async () => {
      await press("Sign out here");
      await says("Signed out; the tokens were revoked immediately.");
      await says("Not signed in");
    });

    it("then signing out everywhere ends it", async () => {
      await press("Sign out everywhere");
      await says("Signed out; the tokens were revoked immediately.");
    });

    it("then stepping up authenticates the user again", async () => {
      const before = await accessTokenTime().innerText();
      await nextSecond();
      await press("Step up");
      await signIn(page, "ada@gmail.com", "Continue with Google");
      await says("Reauthenticated:");
      await says(/^reauthenticated$/);
      await accessTokenTime().filter({ hasNotText: before }).waitFor();
    });

    it("then a report from Google ends it, until Google revokes it", async () => {
      await press("Google reports: hijacked");
      await says("returned 401: signed out");
      await signIn(page);
      await says("403");
      await nextSecond();
      await press("Google reports: safe again");
      await says("it can sign in");
      await signIn(page);
      await says("returned 200 for ada@gmail.com");
    });
  });

  it("is accessible, fits a phone, and matches its pictures", async () => {
    expect(await accessibilityFaults(page)).toEqual([]);
    await signIn(page, "grace@navy.example");
    await says("returned 200");
    await press("Five tabs at once");
    await says("5 of 5");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    expect(await overflowsAt360(page)).toBe(false);
    await takePictures(page, "demo");
  });
});
