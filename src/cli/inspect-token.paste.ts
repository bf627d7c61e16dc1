/** What somebody has pasted, without what does not belong to the token. */
export interface PastedToken {
  readonly token: string;
  /** What was taken away, and what to know of it. */
  readonly notes: readonly string[];
  /** What it is when it is certainly no JWT: what to do with it instead. */
  readonly opaque: string | null;
}

/** The names by which the service takes an ID token. */
const fields = ["idToken", "id_token", "idtoken", "credential"];

/** Takes the token out of what people paste along with it. */
export function pastedToken(text: string): PastedToken {
  const notes: string[] = [];
  let token = text.replace(/^\ufeff/, "").trim();
  const take = (changed: string, note: string) => {
    if (changed === token) return;
    token = changed;
    notes.push(note);
  };
  take(fromJson(token), "The token was taken out of the JSON around it.");
  take(
    token.replace(/^(?:authorization:\s*)?bearer\s+/i, ""),
    '"Bearer " was taken away: an ID token is sent in the body of a sign-in, and not in the Authorization header.',
  );
  take(
    token
      .replace(/^(?:idToken|id_token|idtoken|credential)\s*=\s*/, "")
      .replace(/&.*$/s, ""),
    "The token was taken out of the form around it.",
  );
  take(token.replace(/^(["'`])(.*)\1$/s, "$2"), "The quotes were taken away.");
  take(
    token.replace(/\s+/g, ""),
    "Line breaks and blanks in it were taken away: with them, the service refuses it.",
  );
  return { token, notes, opaque: opaqueKind(token) };
}

function fromJson(text: string): string {
  if (!text.startsWith("{")) return text;
  try {
    const members = Object.entries(JSON.parse(text) as object).filter(
      ([name, value]) => fields.includes(name) && typeof value === "string",
    ) as [string, string][];
    return members.length === 1 ? (members[0]?.[1] ?? text) : text;
  } catch {
    return text;
  }
}

const opaqueKinds: readonly (readonly [RegExp, string])[] = [
  [
    /^ya29[.-]/,
    "An access token of Google's: it opens Google's APIs, and does not say who signed in. Send the ID token: `credential` in the browser, `idToken` on phones.",
  ],
  [
    /^1\/\//,
    "A refresh token of Google's, which is a secret and does not say who signed in. If somebody else has seen it, revoke it. Send the ID token.",
  ],
  [
    /^4(?:\/|%2F)/i,
    "An authorization code of Google's: post it to /auth/google/code, once, within some minutes.",
  ],
  [
    /^v1\.[0-9a-f-]{36}\.\d+\./,
    "A refresh token of this service, which is a secret: post it to /auth/refresh. If somebody else has seen it, sign out.",
  ],
  [
    /^GOCSPX-/,
    "The client secret of a Google OAuth client. If somebody else has seen it, replace it. Send the ID token.",
  ],
  [
    /^-----BEGIN/,
    "A PEM, and no token. If it is a private key that somebody else has seen, replace it.",
  ],
  [
    /^(?:[\w-]*\.){4}[\w-]*$/,
    "An encrypted token (JWE). Google's ID tokens are signed, and have three parts.",
  ],
];

function opaqueKind(token: string): string | null {
  return opaqueKinds.find(([form]) => form.test(token))?.[1] ?? null;
}

type Members = Readonly<Record<string, unknown>> | null;

/**
 * What kind of JWT it says it is.
 *
 * @param header null when it cannot be read, as the claims
 * @param issuer this service's own
 */
export function kindOf(
  header: Members,
  claims: Members,
  issuer: string,
): string {
  const type = textOf(header?.typ).toLowerCase();
  const iss = textOf(claims?.iss);
  if (/^(?:application\/)?at\+jwt$/.test(type)) {
    return iss === issuer
      ? "An access token of this service: send it as a Bearer token to its routes, and an ID token to sign in."
      : "An access token, and no ID token: it is for an API, and not for signing in.";
  }
  if (
    type.endsWith("secevent+jwt") ||
    (claims && Object.hasOwn(claims, "events"))
  ) {
    return "A security event token of Cross-Account Protection: Google posts it to /security-events. Nobody signs in with it.";
  }
  if (iss.startsWith("https://securetoken.google.com/")) {
    return "An ID token of Firebase, which is not one of Google's: take Google's own from the sign-in, as GoogleAuthProvider.credentialFromResult(result).idToken does.";
  }
  if (iss === "https://cloud.google.com/iap") {
    return "A token of Google Cloud's Identity-Aware Proxy, and not of Sign in with Google.";
  }
  if (/^(?:https:\/\/)?accounts\.google\.com\/?$/.test(iss)) {
    return "An ID token that says it is of Google.";
  }
  if (!header && !claims) return "Nothing that can be read as a token.";
  return iss === ""
    ? "A token that does not say who issued it."
    : "A token of another issuer than Google.";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
