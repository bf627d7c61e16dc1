import { resolve } from "node:path";
import axe from "axe-core";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";

const folder = resolve(__dirname, "../../docs/images");

/** Debian's Chromium without background requests to its vendor. */
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

/**
 * The console also lists responses of 400 and above; tests assert those that
 * matter.
 */
const isAnswer = /^Failed to load resource: (the server responded|net::ERR_)/;

/** A browser profile whose pages must not report errors. */
export class Visitor {
  /** Errors of the pages: console errors, policy violations, exceptions. */
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

/** Findings of axe with serious or critical impact: rule and element. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: {
            id: string;
            impact: string;
            nodes: { html: string }[];
          }[];
        }>;
      };
    };
    return (await axe.run()).violations;
  });
  return found
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const sizes = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
};

/**
 * Updates the pictures of a page in docs/images: phone and desktop, dark and
 * light.
 */
export async function takePictures(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const path = resolve(folder, `${name}-${size}-${colorScheme}.png`);
      await page.screenshot({ path });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(sizes.desktop);
}

/** Whether anything overflows the page at the narrowest supported width. */
export async function overflowsAt360(page: Page): Promise<boolean> {
  await page.setViewportSize({ width: 360, height: 740 });
  const isWider = await page.evaluate(
    "document.documentElement.scrollWidth > 360",
  );
  await page.setViewportSize(sizes.desktop);
  return isWider === true;
}
