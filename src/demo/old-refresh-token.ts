import { setTimeout as delay } from "node:timers/promises";

/**
 * The grace period for replaced tokens in the demo's service; short, so that
 * users do not have to wait.
 */
export const demoGraceSeconds = 5;

/** One attempt with a refresh token, and its result. */
export interface Attempt {
  readonly status: number;
  /** The error's code. */
  readonly code: string | null;
}

/**
 * Shows what happens to a copied refresh token: the owner continues and the
 * token is replaced twice; then, after the grace period, the copy is used.
 *
 * @param serviceUrl where the service listens
 * @param origin one whose pages get refresh tokens in the cookie
 * @param cookie of the page, containing the refresh token
 * @returns the three attempts; the last is refused and ends the session
 */
export async function sendOldRefreshToken(
  serviceUrl: string,
  origin: string,
  cookie: string,
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  const refresh = async (sent: string): Promise<string> => {
    const response = await fetch(`${serviceUrl}/auth/refresh`, {
      method: "POST",
      // As sent by the page's browser, regardless of PUBLIC_URL.
      headers: { cookie: sent, origin, "sec-fetch-site": "same-origin" },
    });
    const { code = null } = (await response.json()) as { code?: string };
    attempts.push({ status: response.status, code });
    return response.headers.getSetCookie()[0]?.split(";")[0] ?? sent;
  };
  const second = await refresh(cookie);
  await refresh(second);
  // Within the grace period it would count as a second tab.
  await delay(demoGraceSeconds * 1000 + 200);
  await refresh(cookie);
  return attempts;
}
