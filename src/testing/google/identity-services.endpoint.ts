import { randomBytes } from "node:crypto";
import type { EmulatorAnswer, EmulatorRequest } from "./emulator-answer";
import type { ChooserAccounts } from "./chooser.accounts";
import { choiceOf, withoutChoice } from "./chooser.choice";
import { chooserAnswer, refusalPage } from "./chooser.page";
import type { IdTokenOptions } from "./id-token.mint";
import { isRedirectUri, type RedirectUriOptions } from "./redirect-uris";
import { formPostAnswer } from "./html-page";
import { Form, OAuthRefusal } from "./oauth-form";

/** The state of the page. */
export interface IdentityServicesState {
  readonly clientIds: readonly string[];
  readonly registered: RedirectUriOptions;
  readonly accounts: ChooserAccounts;
  readonly idToken: (options: IdTokenOptions) => Promise<string>;
}

interface ButtonRequest {
  readonly clientId: string;
  readonly loginUri: URL;
  readonly nonce: string | undefined;
  readonly state: string | undefined;
  readonly csrfToken: string | undefined;
}

/**
 * `GET /gsi/select`: the page that the button of Google Identity Services opens
 * in redirect mode. Posts the ID token of the chosen account to `login_uri` as
 * `credential`, with a `g_csrf_token` that equals a cookie.
 * https://developers.google.com/identity/gsi/web/reference/html-reference#server-side
 *
 * Google's script sets the cookie on the app's page. Without such a page, the
 * emulator sets it: it first redirects the browser to the app's host name, and
 * because cookies ignore ports, the cookie is then also sent to the app.
 */
export async function buttonAnswer(
  state: IdentityServicesState,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const query = withoutChoice(request.query);
  try {
    const button = parseButton(query, state);
    return (
      sameHostAnswer(button, request) ??
      (await chosenAnswer(state, button, request.query)) ??
      chooserAnswer(state.accounts, request.path, query)
    );
  } catch (cause) {
    if (!(cause instanceof OAuthRefusal)) {
      throw cause;
    }
    return refusalPage(cause.status, cause.error, cause.description);
  }
}

function parseButton(
  query: URLSearchParams,
  { clientIds, registered }: IdentityServicesState,
): ButtonRequest {
  const form = Form.from(query);
  const clientId = form.need("client_id");
  if (!clientIds.includes(clientId)) {
    throw new OAuthRefusal(
      "invalid_client",
      "The OAuth client was not found.",
      401,
    );
  }
  const loginUri = form.need("login_uri");
  if (!isRedirectUri(loginUri, registered) || !URL.canParse(loginUri)) {
    throw new OAuthRefusal(
      "redirect_uri_mismatch",
      "The login URI is not registered: without redirectUris, only local ones are.",
    );
  }
  return {
    clientId,
    loginUri: new URL(loginUri),
    nonce: form.get("nonce"),
    state: form.get("state"),
    csrfToken: form.get("g_csrf_token"),
  };
}

/** Redirects the browser to the emulator under the app's host name, once. */
function sameHostAnswer(
  { loginUri, csrfToken }: ButtonRequest,
  { path, query, headers }: EmulatorRequest,
): EmulatorAnswer | undefined {
  const here = `http://${headers.host ?? ""}`;
  const host = URL.canParse(here) ? new URL(here) : undefined;
  const isNeeded =
    csrfToken === undefined &&
    host !== undefined &&
    isLocalName(loginUri.hostname) &&
    isLocalName(host.hostname) &&
    host.hostname !== loginUri.hostname;
  if (!isNeeded) {
    return undefined;
  }
  host.hostname = loginUri.hostname;
  const Location = `${host.origin}${path}?${query.toString()}`;
  return { status: 302, headers: { Location }, body: "" };
}

/** Both names resolve to the loopback address that the emulator listens on. */
function isLocalName(hostname: string): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1";
}

async function chosenAnswer(
  { accounts, idToken }: IdentityServicesState,
  button: ButtonRequest,
  query: URLSearchParams,
): Promise<EmulatorAnswer | undefined> {
  const account = choiceOf(query, accounts);
  if (account === "cancel") {
    const text = "The sign-in was cancelled.";
    return refusalPage(400, "access_denied", text, button.loginUri);
  }
  if (account === undefined) {
    return undefined;
  }
  const { clientId, nonce, state, loginUri, csrfToken } = button;
  const token = csrfToken ?? randomBytes(8).toString("hex");
  return formPostAnswer(
    loginUri.href,
    {
      credential: await idToken({ account, audience: clientId, nonce }),
      g_csrf_token: token,
      select_by: "btn",
      ...(state !== undefined && { state }),
      client_id: clientId,
    },
    csrfToken === undefined
      ? { "Set-Cookie": `g_csrf_token=${token}; Path=/` }
      : {},
  );
}
