import { AuthError } from "../../common/auth-error";
import { fetchJson } from "../../common/fetch-json";
import type { CodeExchangeOptions } from "../identity.options";

/** An authorization code as a client presents it. */
export interface PresentedCode {
  readonly code: string;
  /** PKCE (RFC 7636), when the code was asked for with a challenge. */
  readonly codeVerifier?: string;
  /** The redirect URI that the code was asked for with. */
  readonly redirectUri: string;
}

/** What Google gives for a code; nothing in it is proved yet. */
export interface GoogleTokens {
  readonly idToken: string;
  /** Fit to be sent in a header. */
  readonly accessToken: string;
}

/** Google says no with the first of these, and with the second when it does not know us. */
const refusalStatuses = [400, 401];
/** Least time before Google is worth being asked again, in seconds. */
const retryAfterSeconds = 10;

/**
 * What is wrong with the code, by Google's word for it. Who sends a code of his
 * own app's learns the same as who sends a used one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
const faultsOfCode: Readonly<Record<string, string>> = {
  invalid_grant: "code_refused",
  unauthorized_client: "code_of_another_client",
};

/**
 * What is wrong with our configuration, by Google's word for it. The code may
 * be perfectly good.
 */
const faultsOfOurs: Readonly<Record<string, string>> = {
  invalid_client: "client_secret_refused",
  redirect_uri_mismatch: "redirect_uri_mismatch",
};

/**
 * Asks Google's token endpoint, once: a code that was used a second time ends
 * the tokens of the first.
 *
 * @throws AuthError `invalid_token` for a code that Google refuses, and for one
 *   that gives no ID token; `identity_provider_unavailable` when Google does not
 *   answer as it should, or refuses us
 * @see https://developers.google.com/identity/protocols/oauth2/web-server#exchange-authorization-code
 */
export async function exchangeCode(
  { code, codeVerifier, redirectUri }: PresentedCode,
  { clientId, clientSecret, tokenUrl }: CodeExchangeOptions,
): Promise<GoogleTokens> {
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uri: redirectUri,
    ...(codeVerifier !== undefined && { code_verifier: codeVerifier }),
  });
  const { status, value } = await fetchJson(tokenUrl, {
    name: "Google's answer to a code",
    form,
    alsoStatuses: refusalStatuses,
  }).catch((cause: unknown) => {
    throw unavailable("token_endpoint_unavailable", cause);
  });
  const answer = Object(value) as Readonly<Record<string, unknown>>;
  if (refusalStatuses.includes(status)) throw refusal(answer.error);
  const { access_token: accessToken, id_token: idToken } = answer;
  if (typeof accessToken !== "string" || !isHeaderValue(accessToken)) {
    throw unavailable("token_answer_malformed");
  }
  if (idToken === undefined) {
    // Not Google's fault: the scope `openid` was not asked for.
    throw new AuthError("invalid_token", { reason: "no_id_token" });
  }
  if (typeof idToken !== "string") throw unavailable("token_answer_malformed");
  return { idToken, accessToken };
}

/** By the words we know; any other text stays where it came from. */
function refusal(error: unknown): AuthError {
  const word = typeof error === "string" ? error : "";
  if (Object.hasOwn(faultsOfCode, word)) {
    return new AuthError("invalid_token", { reason: faultsOfCode[word] });
  }
  return unavailable(
    Object.hasOwn(faultsOfOurs, word)
      ? (faultsOfOurs[word] ?? word)
      : "code_exchange_refused",
  );
}

function unavailable(reason: string, cause?: unknown): AuthError {
  return new AuthError("identity_provider_unavailable", {
    reason,
    retryAfterSeconds,
    cause,
  });
}

/** Also because what fetch says of a bad header repeats it. */
function isHeaderValue(text: string): boolean {
  return /^[\x21-\x7e]{1,8192}$/.test(text);
}
