import { setTimeout as delay } from "node:timers/promises";

/** How long the demo's service answers a replaced token again: short, for nobody likes to wait. */
export const demoGraceSeconds = 5;

/** One try with a refresh token, and what came back. */
export interface Attempt {
  readonly status: number;
  /** The error's code. */
  readonly code: string | null;
}

/**
 * What happens to a copied refresh token: its owner goes on and it is replaced
 * twice, then, after the grace, the copy is used.
 *
 * @param serviceUrl where the service listens
 * @param origin one that gets its refresh tokens in the cookie
 * @param cookie of the page, with the refresh token in it
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
      // As the browser of the page says it, whatever PUBLIC_URL is.
      headers: { cookie: sent, origin, "sec-fetch-site": "same-origin" },
    });
    const { code = null } = (await response.json()) as { code?: string };
    attempts.push({ status: response.status, code });
    return response.headers.getSetCookie()[0]?.split(";")[0] ?? sent;
  };
  const second = await refresh(cookie);
  await refresh(second);
  // Within the grace it would be taken for a second tab.
  await delay(demoGraceSeconds * 1000 + 200);
  await refresh(cookie);
  return attempts;
}
