import type { Page } from "playwright-core";
import { AuditTrail } from "../../src/audit/audit-trail";
import {
  accessibilityFaults,
  overflowsAt360,
  takePictures,
  Visitor,
} from "../support/browser";
import { BrowserSite, signIn } from "../support/browser-site";
import { postJson } from "../support/requests";

describe("the admin page", () => {
  let site: BrowserSite;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    site = await BrowserSite.start();
    for (const account of [
      "consumer",
      "thirdPartyEmail",
      "noProfile",
    ] as const) {
      const idToken = await site.google.idToken({ account });
      await postJson(site.service, "/auth/google", { idToken });
    }
    const idToken = await site.google.idToken({ account: "unverifiedEmail" });
    await postJson(site.service, "/auth/google", { idToken });
    // Refusals are written in the background, and the overview is read once.
    await site.service.app.get(AuditTrail).flush();
    visitor = await site.visitor();
    page = await visitor.open(site.url("/admin"));
    await signIn(page, "grace@navy.example");
    await card("Overview").waitFor();
  });
  afterAll(async () => {
    await visitor[Symbol.asyncDispose]();
    await site.stop();
  });
  afterEach(() => expect(visitor.complaints).toEqual([]));

  const card = (name: string) => page.getByRole("region", { name });
  const press = (name: string, within = page.locator("body")) =>
    within.getByRole("button", { name, exact: true }).click();
  const dialog = () => page.getByRole("dialog");

  it("counts sessions, sign-ins and refusals by reason", async () => {
    await press("Overview");
    await card("Overview").getByText("email_not_verified").waitFor();
    await card("Overview")
      .getByText(/^\d+Active sessions$/)
      .waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overflowsAt360(page)).toBe(false);
  });

  it("filters the audit log", async () => {
    await press("Audit");
    await page.getByLabel("Event").selectOption("sign_in_refused");
    await page.getByRole("cell", { name: "sign_in_refused" }).first().waitFor();
    await page
      .getByRole("cell", { name: "sign_up" })
      .first()
      .waitFor({ state: "detached" });
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overflowsAt360(page)).toBe(false);
  });

  it("finds a user, changes its roles, disables it and ends its sessions", async () => {
    await press("Users");
    await page.getByLabel("Address, name or id").fill("ADA@gmail.com");
    await press("Search");
    await page.getByText("Ada Lovelace").waitFor();
    await page.getByLabel("Address, name or id").fill("ada lovelace");
    await press("Search");
    await press("Open ada@gmail.com");
    const user = card("Ada Lovelace");
    await user.waitFor();
    await page.getByRole("textbox", { name: "Roles" }).fill("editor");
    await press("Change roles", user);
    await press("Change roles", dialog());
    await page.getByText("The roles are changed.").waitFor();
    await takePictures(page, "admin");
    await press("End sessions", user);
    await press("End sessions", dialog());
    await page.getByText("All sessions of the user have ended.").waitFor();
    await press("Disable", user);
    expect(await accessibilityFaults(page)).toEqual([]);
    await press("Disable", dialog());
    await page.getByText("The user is disabled.").waitFor();
    await press("Enable", user);
    await press("Enable", dialog());
    await page.getByText("The user is enabled.").waitFor();
    await page.getByRole("cell", { name: "status_changed" }).first().waitFor();
    await press("Back to the list");
    await card("Users").waitFor();
  });

  it("says that a user without the role is not an administrator", async () => {
    const other = await site.visitor();
    const there = await other.open(site.url("/admin"));
    await signIn(there, "alan@bletchley.example");
    await there.getByText("This page is for administrators.").waitFor();
    await other[Symbol.asyncDispose]();
  });
});
