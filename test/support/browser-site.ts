import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { DemoEvents } from "../../src/demo/demo-events";
import { demoPageController } from "../../src/demo/demo-page.controller";
import { demoGraceSeconds } from "../../src/demo/old-refresh-token";
import { AuditSink, Clock } from "../../src/index";
import { SteppedClock } from "../../src/testing/stepped-clock";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import { TestService } from "../../src/testing/test-service";
import { launchBrowser, Visitor } from "./browser";

/** The service with all its pages, a local Google, and a browser. */
export class BrowserSite {
  private constructor(
    readonly google: GoogleEmulator,
    readonly service: TestService,
    readonly browser: Browser,
    readonly clock: SteppedClock,
    private readonly events: DemoEvents,
  ) {}

  static async start(
    env: Readonly<Record<string, string>> = {},
  ): Promise<BrowserSite> {
    const google = await GoogleEmulator.start();
    const events = new DemoEvents();
    const clock = new SteppedClock();
    const [service, browser] = await Promise.all([
      TestService.start(google, {
        controllers: [
          demoPageController(
            { clientId: google.clientIds[0], googleUrl: google.url },
            events,
          ),
        ],
        providers: [
          { provide: AuditSink, useValue: events },
          { provide: Clock, useValue: clock },
        ],
        env: {
          ...{ PUBLIC_URL: "http://localhost:3000", REFRESH_COOKIE: "browser" },
          REFRESH_GRACE_SECONDS: String(demoGraceSeconds),
          ...{ ACCOUNT_PAGE: "on", ADMIN_PAGE: "on" },
          ...{ ADMIN_EMAILS: "grace@navy.example", ...env },
        },
      }),
      launchBrowser(),
    ]);
    return new BrowserSite(google, service, browser, clock, events);
  }

  /** The URL of a page, on a host that browsers trust without TLS. */
  url(path = "/", host = "localhost"): string {
    const { port } = new URL(this.service.url);
    return `http://${host}:${port}${path}`;
  }

  visitor(options?: BrowserContextOptions): Promise<Visitor> {
    return Visitor.come(this.browser, options);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.events.close();
    await this.service.stop();
    await this.google.stop();
  }
}

/** Clicks Google's button and selects an account in the popup. */
export async function signIn(
  page: Page,
  email = "ada@gmail.com",
  name = "Sign in with Google",
): Promise<void> {
  const [popup] = await Promise.all([
    page.waitForEvent("popup"),
    page.getByRole("button", { name, exact: true }).click(),
  ]);
  await popup.getByRole("link", { name: email }).click();
}
