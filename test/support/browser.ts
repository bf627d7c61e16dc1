import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";

/** Debian's Chromium, with nothing that calls home. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Answers of 400 and above are in the console too; they are asserted where they matter. */
const isAnswer = /^Failed to load resource: (the server responded|net::ERR_)/;

/** A browser's profile whose pages must not complain. */
export class Visitor {
  /** What pages have complained of: errors in the console, policies broken, exceptions. */
  readonly complaints: string[] = [];

  private constructor(readonly context: BrowserContext) {
    context.on("console", (message) => {
      if (message.type() === "error" && !isAnswer.test(message.text())) {
        this.complaints.push(message.text());
      }
    });
    context.on("weberror", (error) =>
      this.complaints.push(String(error.error())),
    );
  }

  static async come(
    browser: Browser,
    options: BrowserContextOptions = {},
  ): Promise<Visitor> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(15_000);
    return new Visitor(context);
  }

  async open(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

/** Clicks Google's button and chooses an account in the popup. */
export async function chooseAccount(page: Page, email: string): Promise<void> {
  const [popup] = await Promise.all([
    page.waitForEvent("popup"),
    page.locator(".google button, button:has(svg)").first().click(),
  ]);
  await popup.getByRole("link", { name: email }).click();
}
