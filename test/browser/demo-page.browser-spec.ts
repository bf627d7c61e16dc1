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
  const accessTokenTime = () =>
    page
      .getByRole("region", { name: "Our access token says" })
      .locator("dt:text-is('auth_time') + dd")
      .innerText();

  describe("when an account is chosen", () => {
    it("then two clicks lead to a guarded call that is answered", async () => {
      await signIn(page);
      await says("The guarded route GET /users/me answers 200");
      await says("Google's ID token says");
      await says(/14 min \d+ s left/);
      await says("sign_up");
      await says("this one");
    });
  });

  describe("when a session is used", () => {
    beforeEach(async () => {
      await signIn(page);
      await says("answers 200 to ada@gmail.com");
    });

    it("then it is refreshed, by five tabs at once too", async () => {
      await press("Refresh");
      await says("New tokens");
      await press("Five tabs at once");
      await says("5 of 5 tabs got tokens");
      await press("Call a guarded route");
      await says("answers 200 to ada@gmail.com");
    });

    it("then a request unfolds into its curl and its answer", async () => {
      await page.getByText("GET /users/me").last().click();
      await says("curl -s -X GET");
    });

    it("then a reload keeps it", async () => {
      await page.reload();
      await says("Our access token says");
      await press("Call a guarded route");
      await says("answers 200 to ada@gmail.com");
    });

    it("then a tampered token is refused", async () => {
      await press("Send a tampered token");
      await says("401 invalid_token");
    });

    it("then an old refresh token ends it", async () => {
      await press("Send an old refresh token again");
      await says("401 session_revoked");
      await says("refresh_reused");
      await says("Not signed in");
    });

    it("then signing out here ends it", async () => {
      await press("Sign out here");
      await says("Signed out; the tokens are dead at once.");
      await says("Not signed in");
    });

    it("then signing out everywhere ends it", async () => {
      await press("Sign out everywhere");
      await says("Signed out; the tokens are dead at once.");
    });

    it("then stepping up proves the user anew", async () => {
      const before = await accessTokenTime();
      await press("Step up");
      await signIn(page, "ada@gmail.com", "Continue with Google");
      await says("Proved again");
      await says("reauthenticated");
      expect(await accessTokenTime()).not.toBe(before);
    });

    it("then a report of Google ends it, until Google takes it back", async () => {
      await press("Google reports: hijacked");
      await says("answers 401: signed out");
      await signIn(page);
      await says("403");
      await press("Google reports: safe again");
      await says("it can sign in");
      await signIn(page);
      await says("answers 200 to ada@gmail.com");
    });
  });

  it("is accessible, fits a phone, and looks like its pictures", async () => {
    expect(await accessibilityFaults(page)).toEqual([]);
    await signIn(page, "grace@navy.example");
    await says("answers 200");
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
