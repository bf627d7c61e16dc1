import { decodeJwt } from "jose";
import type { Browser, Page } from "playwright-core";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import {
  accessibilityFaults,
  launchBrowser,
  overflowsAt360,
  takePictures,
  Visitor,
} from "../support/browser";
import { RecordedReceiver } from "../support/emulator-receiver";

describe("the emulator's control page", () => {
  let google: GoogleEmulator;
  let browser: Browser;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    await google.idToken({ account: "workspace" });
    browser = await launchBrowser();
    visitor = await Visitor.come(browser);
    page = await visitor.open(`${google.url}/emulator/`);
  });
  afterAll(async () => {
    await browser.close();
    await google.stop();
  });
  afterEach(() => expect(visitor.complaints).toEqual([]));

  const card = (name: string) =>
    page.getByRole("region", { name, exact: true });
  const press = (name: string) =>
    page.getByRole("button", { name, exact: true }).click();

  it("shows the newest ID token decoded, with its remaining time", async () => {
    await card("The newest ID token").getByText("grace@navy.example").waitFor();
    await card("The newest ID token")
      .getByText(/5\d min \d+ s left/)
      .waitFor();
  });

  it("adds an account that the chooser lists, and changes it", async () => {
    const form = card("Accounts");
    await form.getByLabel("Name").fill("Joan Clarke");
    await form.getByLabel("Address", { exact: true }).fill("joan@hut8.example");
    await form.getByLabel("Hosted domain (hd)").fill("hut8.example");
    await form.getByLabel("Address not verified").check();
    await press("Add or change");
    await form.getByText("joan@hut8.example").waitFor();
    const made = google.accounts.listed.at(-1)?.account;
    expect(made).toMatchObject({
      ...{ name: "Joan Clarke", emailVerified: false, hd: "hut8.example" },
    });
    await form.getByLabel(/^Subject/).fill(made?.sub ?? "");
    await form.getByLabel("Address", { exact: true }).fill("joan@gchq.example");
    await press("Add or change");
    await form.getByText("joan@gchq.example").waitFor();
    expect(google.accounts.listed.at(-1)?.account.sub).toBe(made?.sub);
  });

  it("rotates the keys", async () => {
    const { next } = google.keys;
    await press("Rotate");
    await page.getByText("The next key is now the signing key.").waitFor();
    expect(google.keys.current.kid).toBe(next.kid);
    await press("Rotate unannounced");
    await page
      .getByText("An unpublished key is now the signing key.")
      .waitFor();
    expect(google.keys.next.kid).not.toBe(google.keys.current.kid);
  });

  it("sets a fault and clears it", async () => {
    const faults = card("Faults");
    await faults.getByLabel("Endpoint").selectOption("/token");
    await faults.getByLabel("Fault").selectOption("503, three times");
    await press("Set");
    await faults.getByText("/token {").waitFor();
    const { status } = await fetch(`${google.url}/token`, { method: "POST" });
    expect(status).toBe(503);
    await press("Clear all");
    await page.getByText("All faults are cleared.").waitFor();
    expect(google.faults).toEqual({});
  });

  it("sends a security event and shows its delivery", async () => {
    const receiver = await RecordedReceiver.start();
    const events = card("Security events");
    await events.getByLabel("Event").selectOption("account-disabled");
    await events.getByLabel("Receiver").fill(receiver.url);
    await press("Send");
    await events.getByText("202").waitFor();
    expect(decodeJwt(receiver.received[0]?.body ?? "").events).toBeDefined();
    await receiver.stop();
  });

  it("is accessible, fits a phone, and matches its pictures", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    expect(await overflowsAt360(page)).toBe(false);
    await takePictures(page, "emulator");
  });
});
