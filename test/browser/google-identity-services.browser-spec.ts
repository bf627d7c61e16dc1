import { decodeJwt } from "jose";
import type { Browser, Page } from "playwright-core";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import { emulatorClientIds } from "../../src/testing/google/emulator.options";
import {
  accessibilityFaults,
  launchBrowser,
  takePictures,
  Visitor,
} from "../support/browser";
import { ForeignPage } from "../support/foreign-page";

const client_id = emulatorClientIds.web;

/** A page written for Google's script. `window.heard` records its callbacks. */
const script = `
window.heard = [];
const id = ${JSON.stringify(client_id)};
const hear = (kind) => (value) => heard.push({ kind, ...value });
const query = new URLSearchParams(location.search);
window.onGoogleLibraryLoad = () => {
  if (document.getElementById("g_id_onload")) return;
  google.accounts.id.initialize({
    client_id: id, nonce: "n-1", callback: hear("credential"),
    ux_mode: query.get("mode") ?? "popup", login_uri: location.origin + "/login",
    auto_select: query.has("auto"),
  });
  google.accounts.id.renderButton(document.getElementById("button"), { theme: "filled_blue", text: "continue_with", state: "s-1" });
  const codes = google.accounts.oauth2.initCodeClient({
    client_id: id, scope: "openid email", state: "s-2", callback: hear("code"), error_callback: hear("error"),
  });
  document.getElementById("code").onclick = () => codes.requestCode();
  document.getElementById("tap").onclick = () => google.accounts.id.prompt((moment) =>
    heard.push({ kind: "moment", type: moment.getMomentType(), reason: moment.getDismissedReason() }));
};
window.signedIn = hear("credential");`;

interface Heard {
  readonly kind: string;
  readonly [member: string]: unknown;
}

describe("a page written for Google, with the emulator's script", () => {
  let google: GoogleEmulator;
  let browser: Browser;
  let foreign: ForeignPage;
  let visitor: Visitor;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    browser = await launchBrowser();
    foreign = await ForeignPage.start(
      `<div id="button"></div><button id="code">Code</button><button id="tap">Tap</button>`,
      script,
      google.url,
    );
  });
  afterAll(async () => {
    await browser.close();
    await foreign.stop();
    await google.stop();
  });
  beforeEach(async () => {
    visitor = await Visitor.come(browser);
  });
  afterEach(async () => {
    const { complaints } = visitor;
    await visitor[Symbol.asyncDispose]();
    expect(complaints).toEqual([]);
  });

  const heardBy = async (page: Page, kind: string): Promise<Heard> => {
    const handle = await page.waitForFunction(
      (wanted) =>
        (globalThis as unknown as { heard: Heard[] }).heard.find(
          (one) => one.kind === wanted,
        ),
      kind,
    );
    return (await handle.jsonValue()) as Heard;
  };
  const button = (page: Page) =>
    page.getByRole("button", { name: "Continue with Google" });
  const popupOf = async (page: Page, name: string) => {
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      page.getByRole("button", { name }).click(),
    ]);
    return popup;
  };

  describe("when the button is clicked in popup mode", () => {
    it("then the callback gets the chosen account's ID token", async () => {
      const page = await visitor.open(foreign.url());
      const popup = await popupOf(page, "Continue with Google");
      await popup.getByRole("link", { name: "grace@navy.example" }).click();
      const { credential, ...rest } = await heardBy(page, "credential");
      expect(rest).toMatchObject({ select_by: "btn", state: "s-1" });
      expect(decodeJwt(String(credential))).toMatchObject({
        ...{ aud: client_id, nonce: "n-1", email: "grace@navy.example" },
      });
    });

    it("then a new account with a name can sign in by keyboard alone", async () => {
      const page = await visitor.open(foreign.url());
      await button(page).focus();
      const [popup] = await Promise.all([
        page.waitForEvent("popup"),
        page.keyboard.press("Enter"),
      ]);
      await popup.locator("summary").focus();
      await popup.keyboard.press("Enter");
      await popup.keyboard.press("Tab");
      await popup.keyboard.type("Annie Easley");
      await popup.keyboard.press("Tab");
      await popup.keyboard.type("annie@nasa.example");
      await popup.keyboard.press("Enter");
      const { credential } = await heardBy(page, "credential");
      expect(decodeJwt(String(credential))).toMatchObject({
        ...{ name: "Annie Easley", given_name: "Annie" },
        email: "annie@nasa.example",
      });
    });
  });

  describe("when the button is clicked in redirect mode", () => {
    it("then the ID token is posted to login_uri with the page's cookie", async () => {
      const page = await visitor.open(`${foreign.url()}?mode=redirect`);
      await button(page).click();
      await page.getByRole("link", { name: "ada@gmail.com" }).click();
      await page.waitForURL(/\/login$/);
      const form = foreign.posted.at(-1);
      const token = form?.get("g_csrf_token");
      expect(foreign.cookies.at(-1)).toContain(`g_csrf_token=${token}`);
      expect(decodeJwt(form?.get("credential") ?? "").email).toBe(
        "ada@gmail.com",
      );
    });

    it("then cancelling offers a link back to the app", async () => {
      const page = await visitor.open(`${foreign.url()}?mode=redirect`);
      await button(page).click();
      await page.getByRole("link", { name: "Cancel" }).click();
      await page.getByRole("link", { name: "Back to the app" }).click();
      await page.waitForURL(foreign.url());
    });
  });

  describe("when One Tap is shown", () => {
    const frame = (page: Page) => page.frameLocator("iframe");

    it("then a choice gives a credential and a dismissed moment", async () => {
      const page = await visitor.open(foreign.url());
      await button(page).waitFor();
      await page.getByRole("button", { name: "Tap" }).click();
      await frame(page).getByRole("link", { name: "alan@" }).click();
      expect(await heardBy(page, "credential")).toMatchObject({
        select_by: "fedcm",
      });
      expect(await heardBy(page, "moment")).toMatchObject({
        ...{ type: "dismissed", reason: "credential_returned" },
      });
      await page.locator("iframe").waitFor({ state: "detached" });
    });

    it("then cancelling gives a skipped moment without a credential", async () => {
      const page = await visitor.open(foreign.url());
      await button(page).waitFor();
      await page.getByRole("button", { name: "Tap" }).click();
      await frame(page).getByRole("link", { name: "Cancel" }).click();
      expect(await heardBy(page, "moment")).toMatchObject({ type: "skipped" });
    });
  });

  describe("when a code is requested", () => {
    it("then the callback gets a code that the token endpoint accepts", async () => {
      const page = await visitor.open(foreign.url());
      await button(page).waitFor();
      const popup = await popupOf(page, "Code");
      await popup.getByRole("link", { name: "ada@gmail.com" }).click();
      const { code, state } = await heardBy(page, "code");
      expect(state).toBe("s-2");
      const response = await fetch(`${google.url}/token`, {
        method: "POST",
        body: new URLSearchParams({
          ...{ grant_type: "authorization_code", code: String(code) },
          ...{ client_id, client_secret: google.clientSecret },
          redirect_uri: "postmessage",
        }),
      });
      const { id_token } = (await response.json()) as { id_token: string };
      expect(decodeJwt(id_token).email).toBe("ada@gmail.com");
    });

    it("then cancelling calls the callback with an error, and closing the popup calls the error callback", async () => {
      const page = await visitor.open(foreign.url());
      await button(page).waitFor();
      const cancelled = await popupOf(page, "Code");
      await cancelled.getByRole("link", { name: "Cancel" }).click();
      expect(await heardBy(page, "code")).toMatchObject({
        error: "access_denied",
      });
      const closed = await popupOf(page, "Code");
      await closed.close();
      expect(await heardBy(page, "error")).toMatchObject({
        type: "popup_closed",
      });
    });
  });

  it("has an accessible account chooser, dark and light", async () => {
    const page = await visitor.open(foreign.url());
    const popup = await popupOf(page, "Continue with Google");
    for (const colorScheme of ["light", "dark"] as const) {
      await popup.emulateMedia({ colorScheme });
      expect(await accessibilityFaults(popup)).toEqual([]);
    }
    await takePictures(popup, "chooser");
  });
});

describe("a page without its own script", () => {
  it("then the HTML attributes are enough", async () => {
    const google = await GoogleEmulator.start();
    const browser = await launchBrowser();
    const foreign = await ForeignPage.start(
      `<div id="g_id_onload" data-client_id="${client_id}" data-callback="signedIn" data-auto_prompt="false"></div><div class="g_id_signin" data-text="signup_with"></div>`,
      script,
      google.url,
    );
    const visitor = await Visitor.come(browser);
    const page = await visitor.open(foreign.url());
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      page.getByRole("button", { name: "Sign up with Google" }).click(),
    ]);
    await popup.getByRole("link", { name: "ada@gmail.com" }).click();
    await page.waitForFunction("heard.length === 1");
    expect(visitor.complaints).toEqual([]);
    await browser.close();
    await foreign.stop();
    await google.stop();
  });
});
