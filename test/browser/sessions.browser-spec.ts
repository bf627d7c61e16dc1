import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { Visitor } from "../support/browser";
import { BrowserSite, signIn } from "../support/browser-site";
import { query } from "../support/rows";

/** The lifetime of access tokens, in seconds. */
const life = 60;

describe("a session in a browser", () => {
  let site: BrowserSite;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    site = await BrowserSite.start({ ACCESS_TOKEN_TTL_SECONDS: String(life) });
  });
  afterAll(() => site.stop());
  beforeEach(async () => {
    visitor = await site.visitor();
    page = await visitor.open(site.url("/account"));
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
  /** Calls a guarded route that serves one request per user at a time. */
  const showData = async (tab: Page) => {
    const held = tab.getByLabel("Stored data");
    do {
      const answered = tab.waitForResponse(
        (response) =>
          response.url().endsWith("/users/me/export") &&
          response.status() !== 401,
      );
      await press(tab, "Show stored data");
      if ((await answered).status() === 200) await held.waitFor();
    } while (!(await held.isVisible()));
    await press(tab, "Hide");
  };

  describe("when five tabs are open for the lifetime of three access tokens", () => {
    it("then no tab is signed out, and each expiry causes one refresh", async () => {
      await signIn(page);
      await isSignedIn(page);
      const tabs = [page];
      while (tabs.length < 5) {
        tabs.push(await visitor.open(site.url("/account")));
      }
      for (const tab of tabs) await isSignedIn(tab);
      let refreshes = 0;
      visitor.context.on("request", (request) => {
        if (request.url().endsWith("/auth/refresh")) refreshes++;
      });
      for (let expiry = 1; expiry <= 3; expiry++) {
        site.clock.step(life + 1);
        site.google.skewClock(expiry * (life + 1));
        await Promise.all(tabs.map(showData));
        expect(refreshes).toBe(expiry);
      }
      for (const tab of tabs) await isSignedIn(tab);
    });
  });

  describe("when a sibling subdomain has planted a refresh cookie", () => {
    let evil: Server;
    let evilUrl: string;

    beforeEach(async () => {
      evil = createServer((_request, response) => {
        response.setHeader("set-cookie", [
          "refresh=of-the-attacker; Domain=site.localhost; Path=/auth",
        ]);
        response.setHeader("content-type", "text/html");
        response.end(
          '<!DOCTYPE html><link rel="icon" href="data:,"><p>planted</p>',
        );
      });
      await new Promise<void>((done) => evil.listen(0, "127.0.0.1", done));
      const { port } = evil.address() as AddressInfo;
      evilUrl = `http://evil.site.localhost:${port}/`;
    });
    afterEach(() => {
      evil.closeAllConnections();
      evil.close();
    });

    it("then two cookies are refused with 400, and the attacker's session is not used", async () => {
      const own = site.url("/account", "auth.site.localhost");
      const victim = await visitor.open(own);
      await signIn(victim);
      await isSignedIn(victim);
      await (await visitor.open(evilUrl)).getByText("planted").waitFor();
      const [answer] = await Promise.all([
        victim.waitForResponse(/\/auth\/refresh$/),
        victim.reload(),
      ]);
      expect(answer.status()).toBe(400);
      await victim.getByRole("region", { name: "Not available" }).waitFor();
      await expect(
        victim.getByRole("region", { name: "Profile" }).count(),
      ).resolves.toBe(0);
      // Neither cookie was cleared: without the planted one the session
      // continues.
      await visitor.context.clearCookies({ domain: ".site.localhost" });
      await press(victim, "Try again");
      await isSignedIn(victim);
    });
  });

  describe("when the page is left and reloaded", () => {
    beforeEach(async () => {
      await signIn(page);
      await isSignedIn(page);
    });

    it("then back and forward stay signed in until a sign-out", async () => {
      await page.goto(site.url("/"));
      await page.goBack();
      await isSignedIn(page);
      await page.goForward();
      await page.goBack();
      await isSignedIn(page);
      await press(page, "Sign out");
      await isSignedOut(page);
      await page.goto(site.url("/"));
      await page.goBack();
      await isSignedOut(page);
    });

    it("then a reload during a refresh keeps the session", async () => {
      for (let time = 0; time < 3; time++) {
        const asked = page.waitForRequest(/\/auth\/refresh$/);
        await page.reload({ waitUntil: "commit" });
        await asked;
      }
      await page.reload();
      await isSignedIn(page);
    });

    it("then the page says that it is offline, and continues when it is back", async () => {
      await visitor.context.setOffline(true);
      await press(page, "Show stored data");
      await page.getByText("There is no connection.").waitFor();
      await isSignedIn(page);
      await visitor.context.setOffline(false);
      await showData(page);
    });
  });

  it.each([-3600, 3600])(
    "then a clock that is wrong by %i seconds has no effect",
    async (seconds) => {
      await page.clock.install({ time: Date.now() + seconds * 1000 });
      await page.reload();
      await signIn(page);
      await isSignedIn(page);
      await showData(page);
      await page.reload();
      await isSignedIn(page);
    },
  );

  describe("when the service is down", () => {
    it("then the page says so and tries again", async () => {
      await visitor.context.route(/\/auth\//, (route) => route.abort());
      await page.reload();
      await page.getByText("There is no connection.").waitFor();
      await visitor.context.unrouteAll();
      await press(page, "Try again");
      await isSignedOut(page);
    });
  });
});
