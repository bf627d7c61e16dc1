/** The scope of a token of a user who has finished signing up. */
export const userScope = "user";

/** The scope of a token of a user who has not finished signing up: it opens next to nothing. */
export const signUpScope = "sign_up";

/** What an access token is issued for. */
export interface AccessTokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly clientId: string;
  readonly roles: readonly string[];
  readonly authenticatedAt: Date;
  /** OAuth scopes with a space between; {@link userScope} unless given. */
  readonly scope?: string;
  /** The key of the client that alone may use the token (RFC 9449 §6). */
  readonly confirmation?: TokenConfirmation;
  /** The app's own claims; none that the service sets. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Which key the sender of a token has to prove to have. */
export interface TokenConfirmation {
  /** The key's SHA-256 thumbprint (RFC 7638), base64url. */
  readonly jkt: string;
}

/** RFC 6749 §3.3 */
const scopeForm = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
const thumbprintForm = /^[A-Za-z0-9_-]{43}$/;

/** Claims that say what a token is worth; the service alone sets them. */
const ourClaims: ReadonlySet<string> = new Set([
  ...["iss", "aud", "sub", "sid", "jti", "iat", "exp", "nbf", "auth_time"],
  ...["client_id", "roles", "scope", "cnf"],
]);

/**
 * The claims of a token that are the subject's.
 *
 * @throws TypeError when the scope or the thumbprint is none, or when a claim
 *   of the app's would take the place of one of ours
 */
export function claimsOfSubject(
  subject: AccessTokenSubject,
): Record<string, unknown> {
  const { scope = userScope, confirmation, claims } = subject;
  if (scope !== userScope && !scopeForm.test(scope)) {
    throw new TypeError(
      "The scope is not a list of names with a space between",
    );
  }
  const taken = Object.keys(claims ?? {}).find((name) => ourClaims.has(name));
  if (taken) throw new TypeError(`The claim ${taken} is set by the service`);
  return {
    ...claims,
    sub: subject.userId,
    sid: subject.sessionId,
    auth_time: Math.floor(subject.authenticatedAt.getTime() / 1000),
    client_id: subject.clientId,
    roles: subject.roles,
    scope,
    ...(confirmation && { cnf: { jkt: thumbprint(confirmation.jkt) } }),
  };
}

/** Whether a value is a thumbprint as `cnf.jkt` has it. */
export function isThumbprint(value: unknown): value is string {
  return typeof value === "string" && thumbprintForm.test(value);
}

function thumbprint(value: string): string {
  if (isThumbprint(value)) return value;
  throw new TypeError("The thumbprint is not a base64url SHA-256");
}
