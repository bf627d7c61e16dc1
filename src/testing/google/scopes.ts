import type { GoogleAccount } from "./accounts";

const LONG_SPELLING: Readonly<Record<string, string>> = {
  email: "https://www.googleapis.com/auth/userinfo.email",
  profile: "https://www.googleapis.com/auth/userinfo.profile",
};

/** What a client asks for that says nothing else. */
export const DEFAULT_SCOPE = "openid email profile";

/**
 * The scopes in the spelling of Google's answers, each once.
 *
 * @param scope separated by spaces, RFC 6749 §3.3
 */
export function scopesOf(scope: string): readonly string[] {
  const asked = scope.split(" ").filter((name) => name !== "");
  return [...new Set(asked.map((name) => LONG_SPELLING[name] ?? name))];
}

/** Whether an ID token belongs to these scopes. */
export function asksForIdToken(scopes: readonly string[]): boolean {
  return scopes.includes("openid");
}

/** What the scopes show of an account. */
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
