import { useEffect, useState } from "preact/hooks";
import {
  type AuthClient,
  AuthClientError,
  type AuthState,
  type components,
  createAuthClient,
  errorOf,
} from "../src/client";
import { apiBase, settings } from "./page-settings";

/** The type of a schema in the OpenAPI description. */
export type Schema<Name extends keyof components["schemas"]> =
  components["schemas"][Name];

/**
 * The client of the service that serves the page.
 *
 * @param observed a `fetch` that reports what it sends; the browser's by default
 */
export function pageClient(observed?: typeof fetch): AuthClient {
  const { clientId, googleScriptUrl: scriptUrl, refresh, dpop } = settings;
  return createAuthClient({
    baseUrl: apiBase.href,
    google: { clientId, scriptUrl },
    ...{ refresh, dpop },
    fetch: observed,
  });
}

/** The signed-in user; re-renders on every change, including those of other tabs. */
export function useAuthState(client: AuthClient): AuthState {
  const [state, setState] = useState(client.state);
  useEffect(() => client.subscribe(setState), [client]);
  return state;
}

/** Why the service ended the session; undefined if the user did, or had none. */
export function endingOf(state: AuthState): string | undefined {
  if (state.status !== "signed_out") return undefined;
  const { reason } = state;
  if (reason === "signed_out" || reason === "no_session") return undefined;
  return new AuthClientError(reason).message;
}

/** The options of a `fetch` that sends JSON. */
export function jsonRequest(method: string, body?: object): RequestInit {
  const headers = { "Content-Type": "application/json" };
  return { method, ...(body && { headers, body: JSON.stringify(body) }) };
}

/**
 * Calls a route of the service as the signed-in user.
 *
 * @returns the JSON of the response; undefined if it is empty
 * @throws AuthClientError if the response is not 2xx
 */
export async function call<Answer = void>(
  client: AuthClient,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await client.fetch(path, jsonRequest(method, body));
  if (!response.ok) throw await errorOf(response);
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}

/** What to tell the user about an error. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof AuthClientError)) return String(error);
  // Such as an unknown role, which the user of this page can correct.
  if (error.action === "fix_config") return error.detail ?? error.message;
  return error.message;
}
