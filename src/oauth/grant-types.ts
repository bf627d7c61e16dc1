import { userScope } from "../access-tokens/access-token.subject";
import type { FormParameters } from "./form-parameters";
import { OAuthError } from "./oauth-error";

/** What `POST /oauth/token` can be asked for. */
export const grantTypes = {
  /** RFC 8693 */
  tokenExchange: "urn:ietf:params:oauth:grant-type:token-exchange",
  /** RFC 6749 §6 */
  refreshToken: "refresh_token",
} as const;

/** What a client may ask for. A user who has not finished signing up gets less. */
export const requestableScopes: readonly string[] = [userScope];

/**
 * Refuses to give more than there is.
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
    `Ask for ${requestableScopes.join(" ")}, or for no scope at all.`,
  );
}
