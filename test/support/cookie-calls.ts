import { newAccount } from "../../src/testing/google/accounts";
import type { GoogleEmulator } from "../../src/testing/google/emulator";
import type { TestService } from "../../src/testing/test-service";
import { type Answer, answerOf } from "./requests";
import { useService } from "./use-service";

/** The origin of a front end that may use the refresh cookie. */
export const app = "https://app.example";
/** The origin of the service itself. */
export const ownOrigin = "https://service.example";

/** The settings for refresh tokens in cookies, also for that front end. */
export const cookieMode = { REFRESH_COOKIE: "browser", CORS_ORIGINS: app };

export interface CookieAnswer extends Answer {
  /** The refresh token in the cookie that was set; empty if it was cleared. */
  readonly cookie: string | undefined;
  readonly attributes: string[];
}

/** A request as sent by a page of the front end; headers override. */
async function postFromPage(
  service: TestService,
  path: string,
  body: unknown,
  headers: Record<string, string> = { origin: app },
): Promise<CookieAnswer> {
  const response = await service.fetch(path, {
    method: "POST",
    headers: {
      ...headers,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const [set = "", ...others] = response.headers.getSetCookie();
  expect(others).toEqual([]);
  const [pair = "", ...attributes] = set.split("; ");
  return {
    ...(await answerOf(response)),
    cookie: /^__Host-refresh=(.*)$/.exec(pair)?.[1],
    attributes: attributes.sort(),
  };
}

/** Signs a new account in from a page. */
export async function signInFromPage(
  { service, google }: { service: TestService; google: GoogleEmulator },
  headers?: Record<string, string>,
): Promise<CookieAnswer> {
  const idToken = await google.idToken({ account: newAccount() });
  return postFromPage(service, "/auth/google", { idToken }, headers);
}

/**
 * The headers of a page's request with the refresh cookie among other cookies.
 */
export const withCookie = (cookie: string | undefined, origin = app) => ({
  origin,
  cookie: `theme=dark; __Host-refresh=${cookie ?? ""}; other=1`,
});

/**
 * One service in cookie mode for all tests of the `describe` block that calls
 * this, and a page's requests to it.
 */
export function useCookieMode() {
  const site = useService({ env: cookieMode });
  return Object.assign(site, {
    post: (path: string, body: unknown, headers?: Record<string, string>) =>
      postFromPage(site.service, path, body, headers),
    signIn: (headers?: Record<string, string>) => signInFromPage(site, headers),
  });
}
