import { AuthError } from "../../common/auth-error";
import { isSameText } from "../../common/nonce";
import { valuesOf } from "../sessions/refresh-cookie";

/**
 * Google Identity Services uses this name for both the cookie and the field.
 */
export const csrfTokenName = "g_csrf_token";

/**
 * Checks that the sender of a credential can also set cookies for this host:
 * the same random value must be in both the cookie and the body, once each.
 * With two cookies of the same name, one may have been planted from a
 * subdomain.
 *
 * @param cookies the `Cookie` header; untrusted
 * @param sent the field of the body; untrusted
 * @throws AuthError `csrf_mismatch`
 * @see https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 */
export function checkCsrfToken(
  cookies: string | undefined,
  sent: unknown,
): void {
  const values = valuesOf(csrfTokenName, cookies ?? "");
  const [value] = values;
  if (!value) refuse("csrf_cookie_missing");
  if (values.length > 1) refuse("csrf_cookie_ambiguous");
  if (typeof sent !== "string" || sent === "") refuse("csrf_field_missing");
  if (!isSameText(value, sent)) refuse("csrf_tokens_differ");
}

function refuse(reason: string): never {
  throw new AuthError("csrf_mismatch", { reason });
}
