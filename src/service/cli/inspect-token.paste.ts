/** The pasted text, reduced to the token. */
export interface PastedToken {
  readonly token: string;
  /** What was removed, and what that means. */
  readonly notes: readonly string[];
  /**
   * What it is, and what to do with it, if it is certainly not a JWT; otherwise
   * null.
   */
  readonly opaque: string | null;
}

/** The body fields in which the service accepts an ID token. */
const fields = ["idToken", "id_token", "idtoken", "credential"];

/** Extracts the token from what people paste along with it. */
export function pastedToken(text: string): PastedToken {
  const notes: string[] = [];
  let token = text.replace(/^\ufeff/, "").trim();
  const take = (changed: string, note: string) => {
    if (changed === token) return;
    token = changed;
    notes.push(note);
  };
  take(fromJson(token), "The JSON around the token was removed.");
  take(
    token.replace(/^(?:authorization:\s*)?bearer\s+/i, ""),
    '"Bearer " was removed: a sign-in sends the ID token in the body, not in the Authorization header.',
  );
  take(
    token
      .replace(/^(?:idToken|id_token|idtoken|credential)\s*=\s*/, "")
      .replace(/&.*$/s, ""),
    "The form encoding around the token was removed.",
  );
  take(token.replace(/^(["'`])(.*)\1$/s, "$2"), "The quotes were removed.");
  take(
    token.replace(/\s+/g, ""),
    "Line breaks and spaces were removed: the service refuses a token that contains them.",
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
    "A Google access token: it is for Google's APIs and does not say who signed in. Send the ID token: `credential` in the browser, `idToken` on phones.",
  ],
  [
    /^1\/\//,
    "A Google refresh token: it is a secret and does not say who signed in. If anyone else has seen it, revoke it. Send the ID token.",
  ],
  [
    /^4(?:\/|%2F)/i,
    "A Google authorization code: post it to /auth/google/code, once, within a few minutes.",
  ],
  [
    /^v1\.[0-9a-f-]{36}\.\d+\./,
    "A refresh token of this service: it is a secret; post it to /auth/refresh. If anyone else has seen it, sign out.",
  ],
  [
    /^GOCSPX-/,
    "The client secret of a Google OAuth client. If anyone else has seen it, replace it. Send the ID token.",
  ],
  [
    /^-----BEGIN/,
    "A PEM file, not a token. If it is a private key that anyone else has seen, replace it.",
  ],
  [
    /^(?:[\w-]*\.){4}[\w-]*$/,
    "An encrypted token (JWE). Google's ID tokens are signed, not encrypted, and have three parts.",
  ],
];

function opaqueKind(token: string): string | null {
  return opaqueKinds.find(([form]) => form.test(token))?.[1] ?? null;
}

type Members = Readonly<Record<string, unknown>> | null;

/**
 * Which kind of JWT it claims to be.
 *
 * @param header null when it cannot be read; likewise the claims
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
      ? "An access token of this service: send it as a Bearer token to its routes. To sign in, send an ID token."
      : "An access token, not an ID token: it is for an API, not for signing in.";
  }
  if (
    type.endsWith("secevent+jwt") ||
    (claims && Object.hasOwn(claims, "events"))
  ) {
    return "A security event token of Cross-Account Protection: Google posts it to /security-events. It cannot be used to sign in.";
  }
  if (iss.startsWith("https://securetoken.google.com/")) {
    return "A Firebase ID token, not Google's. Use Google's own from the sign-in: GoogleAuthProvider.credentialFromResult(result).idToken.";
  }
  if (iss === "https://cloud.google.com/iap") {
    return "A token of Google Cloud's Identity-Aware Proxy, not of Sign in with Google.";
  }
  if (/^(?:https:\/\/)?accounts\.google\.com\/?$/.test(iss)) {
    return "An ID token that claims to be Google's.";
  }
  if (!header && !claims) return "This cannot be read as a token.";
  return iss === ""
    ? "A token that does not say who issued it."
    : "A token from an issuer other than Google.";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
