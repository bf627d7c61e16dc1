import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { pipeline } from "node:stream";
import type { Page } from "playwright-core";
import { Visitor } from "../support/browser";
import { BrowserSite, signIn } from "../support/browser-site";
import { query } from "../support/rows";

/** The lifetime of access tokens, in seconds. */
const life = 60;

describe.each(["browser", "off"])("with REFRESH_COOKIE=%s", (cookie) => {
  let site: BrowserSite;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    site = await BrowserSite.start({
      REFRESH_COOKIE: cookie,
      ACCESS_TOKEN_TTL_SECONDS: String(life),
    });
  });
  afterAll(() => site.stop());
  beforeEach(async () => {
    visitor = await site.visitor();
    page = await visitor.open(site.url("/account"));
    await signIn(page);
    await isSignedIn(page);
  });
  afterEach(async () => {
    const { complaints } = visitor;
    await visitor[Symbol.asyncDispose]();
    expect(complaints).toEqual([]);
    await query(site.service, "DELETE FROM google_auth.users");
  });

  const isSignedIn = (tab: Page) =>
    tab.getByRole("region", { name: "Profile" }).waitFor();
  const isSignedOut = (tab: Page) =>
    tab.getByRole("region", { name: "Sign in" }).waitFor();
  const press = (tab: Page, name: string) =>
    tab.getByRole("button", { name, exact: true }).click();

  it("a page renews its access token when the service refuses it", async () => {
    site.clock.step(life + 1);
    const renewed = page.waitForResponse(/\/auth\/refresh$/);
    await press(page, "Show stored data");
    await page.getByLabel("Stored data").waitFor();
    expect((await renewed).status()).toBe(200);
    site.clock.step(-life - 1);
  });

  it(`a reload ${cookie === "off" ? "ends" : "keeps"} the session`, async () => {
    await page.reload();
    await (cookie === "off" ? isSignedOut(page) : isSignedIn(page));
  });

  it("a page says that another device ended its session", async () => {
    const other = await site.visitor();
    const there = await other.open(site.url("/account"));
    await signIn(there);
    await press(there, "Sign out everywhere");
    await there
      .getByRole("dialog")
      .getByRole("button", { name: "Sign out everywhere" })
      .click();
    await there.getByText("You are signed out on all devices.").waitFor();
    await isSignedOut(there);
    await other[Symbol.asyncDispose]();
    await press(page, "Show stored data");
    await page.getByText("You have been signed out. Please sign in.").waitFor();
    await isSignedOut(page);
    await signIn(page);
    await isSignedIn(page);
  });

  it("a sign-out in one tab signs out every tab that shares the session", async () => {
    const other = await visitor.open(site.url("/account"));
    await (cookie === "off" ? isSignedOut(other) : isSignedIn(other));
    await press(page, "Sign out");
    await page.getByText("You are signed out.").waitFor();
    await isSignedOut(page);
    await isSignedOut(other);
  });
});

describe("with DPOP=required", () => {
  let site: BrowserSite;
  let publicUrl: string;
  /** A proxy at the service's PUBLIC_URL, which the proofs contain. */
  const front = createServer((socket) => {
    const { port } = new URL(site.service.url);
    pipeline(socket, connect(Number(port), "127.0.0.1"), socket, () => {});
  });

  beforeAll(async () => {
    await once(front.listen(0, "127.0.0.1"), "listening");
    const { port } = front.address() as AddressInfo;
    publicUrl = `http://localhost:${port}`;
    site = await BrowserSite.start({ PUBLIC_URL: publicUrl, DPOP: "required" });
  });
  afterAll(async () => {
    await site.stop();
    front.close();
  });

  it("the account page binds its session to a key, and keeps it after a reload", async () => {
    await using visitor = await site.visitor();
    const page = await visitor.open(`${publicUrl}/account`);
    const isSignedIn = () =>
      page.getByRole("region", { name: "Profile" }).waitFor();
    await signIn(page);
    await isSignedIn();
    await page.reload();
    await isSignedIn();
    const sent = page.waitForRequest(/\/users\/me\/export$/);
    await page.getByRole("button", { name: "Show stored data" }).click();
    await page.getByLabel("Stored data").waitFor();
    expect((await sent).headers().authorization).toMatch(/^DPoP ey/);
    expect(visitor.complaints).toEqual([]);
  });
});
