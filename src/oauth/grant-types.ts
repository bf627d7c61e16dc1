import { userScope } from "../access-tokens/access-token.subject";
import type { FormParameters } from "./form-parameters";
import { OAuthError } from "./oauth-error";

/** The grant types of `POST /oauth/token`. */
export const grantTypes = {
  /** RFC 8693 */
  tokenExchange: "urn:ietf:params:oauth:grant-type:token-exchange",
  /** RFC 6749 §6 */
  refreshToken: "refresh_token",
} as const;

/**
 * The scopes that a client may request. A user who has not finished signing up
 * gets fewer.
 */
export const requestableScopes: readonly string[] = [userScope];

/**
 * Refuses unknown scopes.
 *
 * @throws OAuthError `invalid_scope`
 */
export function checkScopes(form: FormParameters): void {
  const strange = form
    .scopes()
    ?.find((name) => !requestableScopes.includes(name));
  if (strange === undefined) return;
  throw new OAuthError(
    "invalid_scope",
    `Request ${requestableScopes.join(" ")}, or no scope at all.`,
  );
}
