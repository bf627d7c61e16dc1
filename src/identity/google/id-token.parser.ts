import { AuthError } from "../../common/auth-error";
import { bytesOfSegment, objectOfSegment } from "../../common/jws-segment";

/** Largest ID token that is looked at, in bytes. Google's are 900–1300. */
export const maxIdTokenBytes = 8192;
const maxKeyIdLength = 128;
const idTokenTypes = new Set(["JWT"]);

/** A JWT that has the shape of those Google signs. Nothing in it is proved yet. */
export interface UnverifiedToken {
  /** Names the signing key; a plain string of 1–128 characters. */
  readonly keyId: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Reads an ID token; see {@link parseSignedToken}.
 *
 * @throws AuthError `invalid_token` with the reason
 */
export function parseIdToken(token: string): UnverifiedToken {
  return parseSignedToken(token, idTokenTypes);
}

/**
 * Reads a compact JWS strictly, so that exactly one spelling of a token is
 * accepted and nothing in its header can choose how it is verified.
 *
 * @param token as the client sent it
 * @param types the `typ` it may have, in upper case, if it has one
 * @throws AuthError `invalid_token` with the reason
 * @see https://www.rfc-editor.org/rfc/rfc8725 JSON Web Token Best Current Practices
 */
export function parseSignedToken(
  token: string,
  types: ReadonlySet<string>,
): UnverifiedToken {
  if (token.length > maxIdTokenBytes) refuse("token_too_large");
  const segments = token.split(".");
  const [header, payload, signature] = segments;
  if (segments.length !== 3 || !header || !payload || !signature) {
    refuse("malformed_token");
  }
  const { alg, kid, typ, ...rest } = parseObject(header, "header");
  if (alg !== "RS256") refuse("algorithm_not_allowed");
  if (typeof kid !== "string" || kid === "" || kid.length > maxKeyIdLength) {
    refuse("key_id_invalid");
  }
  if (
    typ !== undefined &&
    !(typeof typ === "string" && types.has(typ.toUpperCase()))
  ) {
    refuse("type_not_allowed");
  }
  // Each of these asks the verifier to fetch, trust or unpack something.
  for (const name of ["crit", "jwk", "jku", "x5u", "x5c", "zip", "b64"]) {
    if (Object.hasOwn(rest, name)) refuse("header_not_allowed");
  }
  if (!bytesOfSegment(signature)) refuse("malformed_signature");
  return { keyId: kid, claims: parseObject(payload, "payload") };
}

function parseObject(
  segment: string,
  part: "header" | "payload",
): Record<string, unknown> {
  const value = objectOfSegment(segment);
  if (value === "malformed") refuse(`malformed_${part}`);
  if (value === "duplicate_member") refuse(value);
  return value;
}

function refuse(reason: string): never {
  throw new AuthError("invalid_token", { reason });
}
