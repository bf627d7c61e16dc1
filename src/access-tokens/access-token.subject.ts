/** The scope of a token of a user who has finished signing up. */
export const userScope = "user";

/**
 * The scope of a token of a user who has not finished signing up: it grants
 * access to very few routes.
 */
export const signUpScope = "sign_up";

/** What an access token is issued for. */
export interface AccessTokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly clientId: string;
  readonly roles: readonly string[];
  readonly authenticatedAt: Date;
  /** Space-separated OAuth scopes; {@link userScope} by default. */
  readonly scope?: string;
  /** The client's key that the token is bound to (RFC 9449 §6). */
  readonly confirmation?: TokenConfirmation;
  /**
   * The app's own claims; names that the service sets itself are not allowed.
   */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The key whose possession the sender of a token must prove. */
export interface TokenConfirmation {
  /** The key's SHA-256 thumbprint (RFC 7638), base64url. */
  readonly jkt: string;
}

/** RFC 6749 §3.3 */
const scopeForm = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
const thumbprintForm = /^[A-Za-z0-9_-]{43}$/;

/** Claims that determine what a token grants; only the service sets them. */
const ourClaims: ReadonlySet<string> = new Set([
  ...["iss", "aud", "sub", "sid", "jti", "iat", "exp", "nbf", "auth_time"],
  ...["client_id", "roles", "scope", "cnf"],
]);

/**
 * The claims of a token that describe its subject.
 *
 * @throws TypeError if the scope or the thumbprint is malformed, or if a claim
 *   of the app would override one of ours
 */
export function claimsOfSubject(
  subject: AccessTokenSubject,
): Record<string, unknown> {
  const { scope = userScope, confirmation, claims } = subject;
  if (scope !== userScope && !scopeForm.test(scope)) {
    throw new TypeError("The scope is not a space-separated list of names");
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

/** Whether a value is a thumbprint in the format of `cnf.jkt`. */
export function isThumbprint(value: unknown): value is string {
  return typeof value === "string" && thumbprintForm.test(value);
}

function thumbprint(value: string): string {
  if (isThumbprint(value)) return value;
  throw new TypeError("The thumbprint is not a base64url SHA-256");
}
