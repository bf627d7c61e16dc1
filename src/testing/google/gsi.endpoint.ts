import type { EmulatorAnswer, EmulatorRequest } from "./emulator-answer";
import type { GoogleAccount } from "./accounts";
import type { AuthorizationCodeOptions } from "./authorization-code.options";
import type { ChooserAccounts } from "./chooser.accounts";
import { choiceOf, withoutChoice } from "./chooser.choice";
import { chooserAnswer, refusalPage } from "./chooser.page";
import { markup, pageAnswer } from "./html-page";
import type { IdTokenOptions } from "./id-token.mint";
import { Form, OAuthRefusal } from "./oauth-form";
import {
  httpUrl,
  isRedirectUri,
  type RedirectUriOptions,
} from "./redirect-uris";
import { scopesOf } from "./scopes";

/** The state of the dialogs of the emulated Google script. */
export interface GsiState {
  readonly clientIds: readonly string[];
  readonly registered: RedirectUriOptions;
  readonly accounts: ChooserAccounts;
  /** The consents: client id and `sub`, separated by a space. */
  readonly consents: Set<string>;
  readonly authorizationCode: (options: AuthorizationCodeOptions) => string;
  readonly idToken: (options: IdTokenOptions) => Promise<string>;
}

/** The page that opened a dialog and receives the response. */
interface Opener {
  readonly clientId: string;
  readonly origin: string;
}

/** The message that is posted to the page. */
type Message = Readonly<Record<string, string | undefined>>;

type Grant = (account: GoogleAccount) => Promise<Message> | Message;

/**
 * `GET /gsi/popup`: the chooser of the button; the page receives an ID token.
 */
export function popupAnswer(
  state: GsiState,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  return dialogAnswer(state, request, (opener) => ({
    grant: idTokenGrant(state, opener, request.query, "btn"),
  }));
}

/**
 * `GET /gsi/one-tap`: the One Tap dialog. With `auto_select`, the only account
 * that has signed in to this app before is selected automatically.
 */
export function oneTapAnswer(
  state: GsiState,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  return dialogAnswer(state, request, (opener) => {
    const { clientId, origin } = opener;
    const known = state.accounts.listed.filter(({ account }) =>
      state.consents.has(`${clientId} ${account.sub}`),
    );
    const isAuto =
      request.query.get("auto_select") === "true" && known.length === 1;
    const selectBy = isAuto ? "fedcm_auto" : "fedcm";
    return {
      grant: idTokenGrant(state, opener, request.query, selectBy),
      framedBy: origin,
      account: isAuto ? known[0]?.account : undefined,
    };
  });
}

/** `GET /gsi/code`: the popup of `initCodeClient`; the page receives a code. */
export function codePopupAnswer(
  state: GsiState,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  return dialogAnswer(state, request, ({ clientId }) => {
    const form = Form.from(withoutChoice(request.query));
    const scope = form.need("scope");
    const answer = { state: form.get("state") };
    return {
      denied: { ...answer, error: "access_denied" },
      grant: (account) => {
        state.consents.add(`${clientId} ${account.sub}`);
        return {
          ...answer,
          code: state.authorizationCode({
            ...{ account, clientId, scope, offline: true },
            redirectUri: "postmessage",
          }),
          scope: scopesOf(scope).join(" "),
          authuser: "0",
          prompt: "consent",
          hd: account.hd,
        };
      },
    };
  });
}

/**
 * `POST /gsi/revoke`: revokes the consent, for `google.accounts.id.revoke()`.
 */
export function revokeConsentAnswer(
  { accounts, consents }: GsiState,
  { query }: EmulatorRequest,
): EmulatorAnswer {
  const account = accounts.hinted(query.get("login_hint") ?? "");
  const consent = `${query.get("client_id") ?? ""} ${account?.sub ?? ""}`;
  return {
    status: consents.delete(consent) ? 200 : 400,
    headers: {},
    body: "",
  };
}

function idTokenGrant(
  { consents, idToken }: GsiState,
  { clientId }: Opener,
  query: URLSearchParams,
  select_by: string,
): Grant {
  return async (account) => {
    consents.add(`${clientId} ${account.sub}`);
    const nonce = query.get("nonce") ?? undefined;
    const credential = await idToken({ account, audience: clientId, nonce });
    return { credential, select_by };
  };
}

interface Dialog {
  readonly grant: Grant;
  /** What the page receives if the user cancels. */
  readonly denied?: Message;
  readonly framedBy?: string;
  /** Selected automatically. */
  readonly account?: GoogleAccount;
}

async function dialogAnswer(
  state: GsiState,
  { path, query }: EmulatorRequest,
  dialogOf: (opener: Opener) => Dialog,
): Promise<EmulatorAnswer> {
  const asked = withoutChoice(query);
  try {
    const opener = openerOf(asked, state);
    const { grant, denied = {}, framedBy, account } = dialogOf(opener);
    const choice = account ?? choiceOf(query, state.accounts);
    if (choice === undefined) {
      const hostedDomain = query.get("hd") ?? undefined;
      return chooserAnswer(state.accounts, path, asked, {
        ...{ hostedDomain, framedBy },
      });
    }
    const message = choice === "cancel" ? denied : await grant(choice);
    const gsi = query.get("gsi") ?? undefined;
    return messageAnswer(opener.origin, { ...message, gsi }, framedBy);
  } catch (cause) {
    if (!(cause instanceof OAuthRefusal)) {
      throw cause;
    }
    return refusalPage(cause.status, cause.error, cause.description);
  }
}

/** The requesting page: registered or local. */
function openerOf(
  query: URLSearchParams,
  { clientIds, registered }: GsiState,
): Opener {
  const form = Form.from(query);
  const clientId = form.need("client_id");
  if (!clientIds.includes(clientId)) {
    throw new OAuthRefusal(
      "invalid_client",
      "The OAuth client was not found.",
      401,
    );
  }
  const origin = form.need("origin");
  const { redirectUris } = registered;
  const isKnown =
    redirectUris === undefined
      ? isRedirectUri(origin, registered)
      : redirectUris.some((uri) => httpUrl(uri)?.origin === origin);
  if (!isKnown || httpUrl(origin)?.origin !== origin) {
    throw new OAuthRefusal(
      "origin_mismatch",
      "The origin is not registered: without redirectUris, only local ones are.",
    );
  }
  return { clientId, origin };
}

/** Posts a message only to the page that opened or framed this one. */
function messageAnswer(
  origin: string,
  message: Message,
  framedBy: string | undefined,
): EmulatorAnswer {
  const literal = (value: unknown) =>
    JSON.stringify(value).replaceAll("<", "\\u003c");
  const script = `(window.opener ?? (window.parent === window ? null : window.parent))?.postMessage(${literal(message)}, ${literal(origin)});window.close()`;
  return pageAnswer("Signing in", markup`<p>You may close this window.</p>`, {
    script,
    framedBy,
  });
}
