import { AuthError } from "../common/auth-error";
import { isUuid } from "../common/uuid";
import type { Principal } from "../common/principal";
import { isThumbprint } from "./access-token.subject";

/** Largest access token that is parsed, in bytes. */
export const maxAccessTokenBytes = 8192;

/**
 * The key id of an access token whose header has the form that we issue. The
 * algorithm is determined by the key, not by the header.
 *
 * @throws AuthError `unauthenticated`
 * @see https://www.rfc-editor.org/rfc/rfc9068#section-4
 */
export function accessTokenKeyId(token: string): string {
  if (token.length > maxAccessTokenBytes) refuse("malformed_token");
  const [segment, payload, signature, ...others] = token.split(".");
  if (!segment || !payload || !signature || others.length > 0) {
    refuse("malformed_token");
  }
  // Unused bits in the last character would allow several spellings of one
  // token.
  if (Buffer.from(signature, "base64url").toString("base64url") !== signature) {
    refuse("malformed_token");
  }
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(segment, "base64url").toString("utf8"));
  } catch {
    refuse("malformed_token");
  }
  if (!isRecord(header)) refuse("malformed_token");
  const { alg, typ, kid } = header;
  if (alg !== "ES256" && alg !== "RS256") refuse("malformed_token");
  if (typ !== "at+jwt" && typ !== "application/at+jwt") refuse("wrong_type");
  if (typeof kid !== "string" || Object.hasOwn(header, "crit")) {
    refuse("malformed_token");
  }
  return kid;
}

/**
 * The claims of a token whose signature is valid.
 *
 * @param nowSeconds whole seconds since 1970 (UTC)
 * @throws AuthError `unauthenticated`
 */
export function principalFromClaims(
  claims: unknown,
  nowSeconds: number,
): Principal {
  if (!isRecord(claims)) refuse("claims_invalid");
  const { sub, sid, jti, client_id, roles, scope, auth_time, iat, exp } =
    claims;
  const confirmation = confirmationOf(claims);
  if (
    !isUuid(sub) ||
    !isUuid(sid) ||
    typeof jti !== "string" ||
    typeof client_id !== "string" ||
    !isListOfText(roles) ||
    typeof scope !== "string" ||
    !isTime(auth_time) ||
    !isTime(iat) ||
    !isTime(exp)
  ) {
    refuse("claims_invalid");
  }
  // The clocks of our instances differ by at most a minute; a token from
  // further in the future is not ours.
  if (iat > nowSeconds + 60) refuse("issued_in_future");
  return Object.freeze({
    userId: sub,
    sessionId: sid,
    clientId: client_id,
    roles: Object.freeze(roles),
    scopes: Object.freeze(scope.split(" ").filter((name) => name !== "")),
    tokenId: jti,
    authenticatedAt: auth_time,
    issuedAt: iat,
    expiresAt: exp,
    confirmation,
    claims: Object.freeze(claims),
  });
}

/**
 * Null for a bearer token. A confirmation method that we do not know is
 * refused.
 */
function confirmationOf(
  claims: Record<string, unknown>,
): Principal["confirmation"] {
  const { cnf } = claims;
  if (cnf === undefined) return null;
  if (!isRecord(cnf) || !isThumbprint(cnf.jkt)) refuse("claims_invalid");
  if (Object.keys(cnf).length > 1) refuse("claims_invalid");
  return Object.freeze({ jkt: cnf.jkt });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isListOfText(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.every((entry) => typeof entry === "string")
  );
}

function refuse(reason: string): never {
  throw new AuthError("unauthenticated", { reason });
}
