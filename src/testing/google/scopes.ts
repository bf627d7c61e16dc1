import type { GoogleAccount } from "./accounts";

const LONG_SPELLING: Readonly<Record<string, string>> = {
  email: "https://www.googleapis.com/auth/userinfo.email",
  profile: "https://www.googleapis.com/auth/userinfo.profile",
};

/** The default scope of a client. */
export const DEFAULT_SCOPE = "openid email profile";

/**
 * The scopes in the form of Google's responses, without duplicates.
 *
 * @param scope space-separated, RFC 6749 §3.3
 */
export function scopesOf(scope: string): readonly string[] {
  const asked = scope.split(" ").filter((name) => name !== "");
  return [...new Set(asked.map((name) => LONG_SPELLING[name] ?? name))];
}

/** Whether these scopes request an ID token. */
export function asksForIdToken(scopes: readonly string[]): boolean {
  return scopes.includes("openid");
}

/** The fields of an account that the scopes give access to. */
export function shownBy(
  scopes: readonly string[],
  account: GoogleAccount,
): GoogleAccount {
  const { sub, hd, email, emailVerified, ...profile } = account;
  const shows = (name: string) => scopes.includes(LONG_SPELLING[name] ?? name);
  return {
    sub,
    ...(hd !== undefined && { hd }),
    ...(shows("email") && { email, emailVerified }),
    ...(shows("profile") && profile),
  };
}
