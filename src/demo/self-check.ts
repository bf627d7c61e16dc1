import { newAccount } from "../testing/google/accounts";
import type { GoogleEmulator } from "../testing/google/emulator";

/** One check of the demo. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** The request and its response. */
  readonly detail: string;
  readonly milliseconds: number;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Signs in as an app would and tries what an attacker would, over HTTP.
 *
 * @param serviceUrl where the service listens
 * @param google the local Google whose tokens the service accepts
 * @param onResult called with each result as soon as it is known
 * @returns every result
 */
export async function selfCheck(
  serviceUrl: string,
  google: GoogleEmulator,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const check: Check = async (name, request, status, expected = {}) => {
    const startedAt = performance.now();
    const answer = await request().catch((error: unknown) => ({
      status: 0,
      body: { code: String(error) },
    }));
    const ok =
      answer.status === status &&
      Object.entries(expected).every(
        ([member, value]) => (answer.body as Answer["body"])[member] === value,
      );
    const code = (answer.body as Answer["body"]).code;
    const result = {
      name,
      ok,
      detail: `${answer.status}${typeof code === "string" ? ` ${code}` : ""}`,
      milliseconds: Math.round(performance.now() - startedAt),
    };
    results.push(result);
    onResult(result);
    return answer.body;
  };

  const idToken = await google.idToken();
  const form = (token: string) => () =>
    post(`${serviceUrl}/tokensignin`, new URLSearchParams({ idtoken: token }));
  const json = (token: string) => () =>
    post(`${serviceUrl}/auth/google`, JSON.stringify({ credential: token }), {
      "content-type": "application/json",
    });

  await check("sign in by form", form(idToken), 200);
  const signedIn = await check("sign in by JSON", json(idToken), 200);
  const accessToken = String(signedIn.accessToken);
  await check(
    "call a guarded route with the access token",
    () => get(`${serviceUrl}/users/me`, accessToken),
    200,
    { email: "ada@gmail.com" },
  );
  await check(
    "the same Google token, tampered with",
    json(tampered(idToken)),
    401,
    { code: "invalid_token" },
  );
  await check(
    "a Google token made for another app",
    json(
      await google.idToken({ audience: "1-other.apps.googleusercontent.com" }),
    ),
    401,
    { code: "invalid_token" },
  );
  await check(
    "the Google token instead of the access token",
    () => get(`${serviceUrl}/users/me`, idToken),
    401,
    { code: "unauthenticated" },
  );
  await checkSessions(serviceUrl, google, check);
  await check("the demo's page", () => page(serviceUrl), 200, {
    isWhole: true,
  });
  return results;
}

type Check = (
  name: string,
  request: () => Promise<Answer>,
  status: number,
  expected?: Readonly<Record<string, unknown>>,
) => Promise<Answer["body"]>;

/**
 * The lifecycle of a session: refreshed, refreshed again by a second tab, and
 * ended by Google's report.
 */
async function checkSessions(
  serviceUrl: string,
  google: GoogleEmulator,
  check: Check,
): Promise<void> {
  const json = (path: string, body: object) => () =>
    post(`${serviceUrl}${path}`, JSON.stringify(body), {
      "content-type": "application/json",
    });
  const account = newAccount();
  const idToken = await google.idToken({ account });
  const first = await json("/auth/google", { idToken })();
  const { refreshToken } = first.body;
  const refreshed = await check(
    "refresh the session",
    json("/auth/refresh", { refreshToken }),
    200,
  );
  await check(
    "the same refresh token from a second tab",
    json("/auth/refresh", { refreshToken }),
    200,
    { refreshToken: refreshed.refreshToken },
  );
  await check(
    "Google reports that the account was hijacked",
    async () => {
      const report = await google.report({
        ...{ account, type: "account-disabled", reason: "hijacking" },
        to: `${serviceUrl}/security-events`,
      });
      const { attempts } = await report.delivered;
      return { status: attempts.at(-1)?.status ?? 0, body: {} };
    },
    202,
  );
  await check(
    "its access token, a moment later",
    () => get(`${serviceUrl}/users/me`, String(refreshed.accessToken)),
    401,
    { code: "unauthenticated" },
  );
  await check(
    "its Google token, to sign in again",
    json("/auth/google", { idToken }),
    403,
    { code: "account_disabled" },
  );
}

/** The token with another subject and the original signature. */
function tampered(token: string): string {
  const [header, payload, signature] = token.split(".");
  const claims = JSON.parse(
    Buffer.from(payload ?? "", "base64url").toString(),
  ) as object;
  const altered = JSON.stringify({ ...claims, sub: "1" });
  return [header, Buffer.from(altered).toString("base64url"), signature].join(
    ".",
  );
}

async function post(
  url: string,
  body: string | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return answerOf(await fetch(url, { method: "POST", body, headers }));
}

async function get(url: string, token: string): Promise<Answer> {
  return answerOf(
    await fetch(url, { headers: { authorization: `Bearer ${token}` } }),
  );
}

/** The page, and whether the files it loads exist. */
async function page(serviceUrl: string): Promise<Answer> {
  const response = await fetch(serviceUrl);
  const html = await response.text();
  const files = [...html.matchAll(/(?:href|src)="(demo\/[^"]+)"/g)];
  const answers = await Promise.all(
    files.map(([, path]) => fetch(`${serviceUrl}/${path}`)),
  );
  const isWhole = answers.length === 2 && answers.every(({ ok }) => ok);
  return { status: response.status, body: { isWhole } };
}

async function answerOf(response: Response): Promise<Answer> {
  return {
    status: response.status,
    body: (await response.json()) as Answer["body"],
  };
}
