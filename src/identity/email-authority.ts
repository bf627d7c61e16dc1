/**
 * How far Google vouches that the e-mail address still belongs to the account.
 *
 * - `authoritative`: Google runs the mailbox (gmail.com, or a Workspace domain)
 * - `verified`: the address was verified once; the mailbox may have changed hands since
 * - `unverified`: no address, or an unverified one
 *
 * @see https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 */
export type EmailAuthority = "authoritative" | "verified" | "unverified";

/**
 * Applies Google's rule: `@gmail.com` addresses are authoritative, and so are
 * verified addresses of accounts with a hosted domain.
 *
 * @param email the address, null when the token has none
 * @param emailVerified the token's `email_verified`
 * @param hostedDomain the token's `hd`, null when it has none
 */
export function emailAuthority(
  email: string | null,
  emailVerified: boolean,
  hostedDomain: string | null,
): EmailAuthority {
  if (email === null || !emailVerified) return "unverified";
  return hostedDomain !== null || email.toLowerCase().endsWith("@gmail.com")
    ? "authoritative"
    : "verified";
}
