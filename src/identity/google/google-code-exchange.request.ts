import { AuthError } from "../../common/auth-error";
import { fetchJson } from "../../common/fetch-json";
import type { CodeExchangeOptions } from "../identity.options";

/** An authorization code as a client presents it. */
export interface PresentedCode {
  readonly code: string;
  /** PKCE (RFC 7636), when the code was requested with a challenge. */
  readonly codeVerifier?: string;
  /** The redirect URI that the code was requested with. */
  readonly redirectUri: string;
}

/** Google's tokens for a code; not verified yet. */
export interface GoogleTokens {
  readonly idToken: string;
  /** Safe to send in a header. */
  readonly accessToken: string;
}

/** 400: Google refuses the code; 401: it refuses our credentials. */
const refusalStatuses = [400, 401];
/** What clients get as Retry-After, in seconds. */
const retryAfterSeconds = 10;

/**
 * What is wrong with the code, by Google's error code. The client gets the same
 * answer for each of them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
const codeFaults: Readonly<Record<string, string>> = {
  invalid_grant: "code_refused",
  unauthorized_client: "code_of_another_client",
};

/**
 * What is wrong with our configuration, by Google's error code. The client's
 * code may be valid.
 */
const configurationFaults: Readonly<Record<string, string>> = {
  invalid_client: "client_secret_refused",
  redirect_uri_mismatch: "redirect_uri_mismatch",
};

/**
 * Calls Google's token endpoint, without retries: using a code twice revokes the
 * tokens of the first use.
 *
 * @throws AuthError `invalid_token` for a code that Google refuses, and for one
 *   that yields no ID token; `identity_provider_unavailable` when Google does
 *   not answer properly, or refuses our credentials
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
    // The client's fault: it did not request the scope `openid`.
    throw new AuthError("invalid_token", { reason: "no_id_token" });
  }
  if (typeof idToken !== "string") throw unavailable("token_answer_malformed");
  return { idToken, accessToken };
}

/** By the error codes we know; any other text could be anything and is dropped. */
function refusal(error: unknown): AuthError {
  const word = typeof error === "string" ? error : "";
  if (Object.hasOwn(codeFaults, word)) {
    return new AuthError("invalid_token", { reason: codeFaults[word] });
  }
  return unavailable(
    Object.hasOwn(configurationFaults, word)
      ? (configurationFaults[word] ?? word)
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

/** Checked here because fetch quotes a bad header value in its error. */
function isHeaderValue(text: string): boolean {
  return /^[\x21-\x7e]{1,8192}$/.test(text);
}
