import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { TestService } from "../../src/testing/test-service";

/** A browser's headers for a form that Google's page posts. */
export const fromGoogle = {
  origin: "https://accounts.google.com",
  cookie: "g_csrf_token=csrf",
};

/** Headers for a navigation, sent by browsers released since 2019 to 2023. */
export const navigation = {
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "cross-site",
};

/** The form that Google Identity Services posts, with all observed fields. */
export function loginForm(
  credential: string,
  more: Readonly<Record<string, string>> = {},
): URLSearchParams {
  return new URLSearchParams({
    credential,
    g_csrf_token: "csrf",
    select_by: "btn",
    clientId: "ignored",
    client_id: "ignored",
    ...more,
  });
}

/** The body, a form or JSON, and headers that override {@link fromGoogle}. */
export interface LoginPost {
  readonly body?: URLSearchParams;
  readonly json?: unknown;
  /** Undefined removes a header. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/**
 * Posts to the `login_uri` like Google's page, without following redirects.
 * Does not use fetch, which sets its own `Sec-Fetch-Mode`.
 */
export async function postToLoginUri(
  service: Pick<TestService, "url">,
  { body, json, headers }: LoginPost,
  path = "/auth/google/redirect",
): Promise<Response> {
  const all = {
    ...fromGoogle,
    "content-type":
      json === undefined
        ? "application/x-www-form-urlencoded"
        : "application/json",
    ...headers,
  };
  const sent = Object.entries(all).filter(([, value]) => value !== undefined);
  return new Promise((resolve, reject) => {
    const onward = request(
      service.url + path,
      { method: "POST", headers: Object.fromEntries(sent) },
      (answer) => {
        const received = Object.entries(answer.headersDistinct).flatMap(
          ([name, values = []]) =>
            values.map((value): [string, string] => [name, value]),
        );
        text(answer).then(
          (content) =>
            resolve(
              new Response(content, {
                status: answer.statusCode,
                headers: received,
              }),
            ),
          reject,
        );
      },
    );
    onward.on("error", reject);
    onward.end(json === undefined ? String(body) : JSON.stringify(json));
  });
}

/** The refresh token in the cookie of a response. */
export function refreshCookieOf(answer: Response): string | undefined {
  const [set = ""] = answer.headers.getSetCookie();
  return /^__Host-refresh=([^;]*)/.exec(set)?.[1];
}
