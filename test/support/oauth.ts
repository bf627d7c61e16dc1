import type { TestService } from "../../src/testing/test-service";
import { type Answer, answerOf } from "./requests";

export type Fields = Readonly<Record<string, string>> | [string, string][];

/** Posts a form to one of the OAuth endpoints. */
export async function postOAuth(
  service: TestService,
  path: string,
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return answerOf(
    await service.fetch(path, {
      method: "POST",
      headers,
      body: new URLSearchParams(fields),
    }),
  );
}

/** The parameters of a token exchange. */
export function exchangeOf(
  idToken: string,
  more: Readonly<Record<string, string>> = {},
) {
  return {
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: idToken,
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    ...more,
  };
}

export function exchange(
  service: TestService,
  idToken: string,
  more: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return postOAuth(service, "/oauth/token", exchangeOf(idToken, more), headers);
}

export function refreshGrant(
  service: TestService,
  refreshToken: unknown,
  more: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return postOAuth(
    service,
    "/oauth/token",
    {
      grant_type: "refresh_token",
      refresh_token: String(refreshToken),
      ...more,
    },
    headers,
  );
}

/** Expects the error format of these endpoints (RFC 6749 §5.2). */
export function expectOAuthError(
  answer: Answer,
  status: number,
  error: string,
): void {
  expect([answer.status, answer.body.error]).toEqual([status, error]);
  expect(Object.keys(answer.body).sort()).toEqual([
    "error",
    "error_description",
  ]);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("pragma")).toBe("no-cache");
}

/** HTTP Basic as OAuth clients write it: each part encoded as in a form. */
export function basicAuth(id: string, secret: string) {
  const pair = [id, secret].map(encodeURIComponent).join(":");
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}
