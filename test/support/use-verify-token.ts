import { TestService } from "../../src/testing/test-service";
import { refusal } from "./calls";
import { basicAuth } from "./oauth";
import { type Answer, answerOf } from "./requests";
import { useService } from "./use-service";

/** The secret of the client `api`. */
export const secret = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
export const authorized = basicAuth("api", secret);
const clients = { INTROSPECTION_CLIENTS: `api:${secret}` };

/** Expects a refusal without details about the token. */
export function expectInvalid(answer: Answer, code = "invalid_token"): void {
  expect(refusal(answer)).toEqual([401, code]);
  expect(answer.headers.get("content-type")).toMatch(/problem\+json/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.body.active).toBeUndefined();
}

/**
 * One service with a client for all tests of the `describe` block that calls
 * this, and the client's requests to it or to another.
 */
export function useVerifyToken() {
  const site = useService({ env: clients });
  return Object.assign(site, {
    /** Another service with the same client. */
    start: (env: Record<string, string> = {}) =>
      TestService.start(site.google, { env: { ...clients, ...env } }),

    bodyOf: (token: string, more: object = {}) => ({
      token_type: "id_token",
      token,
      client_id: site.google.clientIds[0],
      ...more,
    }),

    post: async (
      body: unknown,
      headers: Record<string, string> = authorized,
      by = site.service,
    ): Promise<Answer> =>
      answerOf(
        await by.fetch("/verify-token", {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
      ),
  });
}
