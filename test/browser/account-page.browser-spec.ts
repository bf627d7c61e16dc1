import type { Page } from "playwright-core";
import {
  accessibilityFaults,
  overflowsAt360,
  takePictures,
  Visitor,
} from "../support/browser";
import { BrowserSite, signIn } from "../support/browser-site";
import { query } from "../support/rows";

describe("the account page", () => {
  let site: BrowserSite;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    site = await BrowserSite.start();
  });
  afterAll(() => site.stop());
  beforeEach(async () => {
    visitor = await site.visitor();
    page = await visitor.open(site.url("/account"));
    await signIn(page);
    await page.getByRole("region", { name: "Profile" }).waitFor();
  });
  afterEach(async () => {
    const { complaints } = visitor;
    await visitor[Symbol.asyncDispose]();
    expect(complaints).toEqual([]);
    await query(site.service, "DELETE FROM google_auth.users");
  });

  const card = (name: string) => page.getByRole("region", { name });
  const press = (name: string, within = page.locator("body")) =>
    within.getByRole("button", { name, exact: true }).click();
  const dialog = () => page.getByRole("dialog");
  /** Makes the sign-in older than destructive actions allow. */
  const growOld = () =>
    query(
      site.service,
      "UPDATE google_auth.sessions SET authenticated_at = authenticated_at - interval '10 minutes'",
    );

  it("is served under a policy without unsafe-inline, and loads only Google's script from another origin", async () => {
    const response = await page.goto(site.url("/account"));
    const policy = response?.headers()["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    const urls = await page.evaluate<string[]>(
      "performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.startsWith('http')).map((name) => new URL(name).origin)",
    );
    expect(new Set(urls)).toEqual(new Set([new URL(site.url()).origin]));
  });

  it("keeps the refresh token out of reach of scripts", async () => {
    expect(await page.evaluate("document.cookie")).not.toContain("refresh");
    expect(
      await page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}])",
      ),
    ).not.toMatch(/ey[\w-]+\./);
  });

  it("signs another device out after a confirmation", async () => {
    const other = await site.visitor({
      userAgent: "Other Firefox/140.0 Windows",
    });
    const there = await other.open(site.url("/account"));
    await signIn(there);
    await there.getByRole("region", { name: "Profile" }).waitFor();
    await page.reload();
    const row = card("Devices")
      .getByRole("listitem")
      .filter({ hasText: "Firefox on Windows" });
    await press("Sign out", row);
    await press("Cancel", dialog());
    await press("Sign out", row);
    await press("Sign out device", dialog());
    await page.getByText("The device is signed out.").waitFor();
    await there.reload();
    await there.getByRole("region", { name: "Sign in" }).waitFor();
    await other[Symbol.asyncDispose]();
  });

  it("signs out everywhere after a confirmation", async () => {
    await press("Sign out everywhere", card("Devices"));
    await press("Sign out everywhere", dialog());
    await page.getByText("You are signed out on all devices.").waitFor();
  });

  it("links another account and unlinks it again", async () => {
    const accounts = card("Linked accounts");
    await press("Link another account", accounts);
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      accounts.getByRole("button", { name: "Continue with Google" }).click(),
    ]);
    await popup.getByRole("link", { name: "grace@navy.example" }).click();
    await page.getByText("You can now sign in with either account.").waitFor();
    const row = accounts.getByRole("listitem").filter({ hasText: "grace@" });
    await press("Unlink", row);
    await press("Unlink", dialog());
    await page.getByText("The account is unlinked.").waitFor();
    expect(await row.count()).toBe(0);
  });

  it("downloads the stored data", async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      press("Download"),
    ]);
    expect(download.suggestedFilename()).toMatch(/^account-.*\.json$/);
  });

  it("deletes the account after the typed confirmation and a new sign-in", async () => {
    await growOld();
    await page.reload();
    await press("Delete my account");
    const confirm = dialog().getByRole("button", { name: "Delete my account" });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel("Type delete to confirm").fill("delete");
    await confirm.click();
    await card("Is it you?").waitFor();
    await signIn(page, "ada@gmail.com", "Continue with Google");
    await page.getByText("Your account is deleted.").waitFor();
    expect(
      await query(site.service, "SELECT id FROM google_auth.users"),
    ).toEqual([]);
  });

  it("is accessible, fits a phone, and matches its pictures", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    expect(await overflowsAt360(page)).toBe(false);
    await takePictures(page, "account");
    await press("Delete my account");
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
