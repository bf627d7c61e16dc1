import { AuthError } from "../../common/auth-error";

/** Largest ID token that is looked at, in bytes. Google's are 900–1300. */
export const maxIdTokenBytes = 8192;
const maxKeyIdLength = 128;
const idTokenTypes = new Set(["JWT"]);
const base64url = /^[A-Za-z0-9_-]+$/;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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
  decodeSegment(signature, "malformed_signature");
  return { keyId: kid, claims: parseObject(payload, "payload") };
}

function parseObject(
  segment: string,
  part: "header" | "payload",
): Record<string, unknown> {
  const reason = `malformed_${part}`;
  const bytes = decodeSegment(segment, reason);
  let value: unknown;
  try {
    const text = decoder.decode(bytes);
    value = JSON.parse(text);
    if (!isPlainlyUnique(value, text) && hasDuplicateMember(text)) {
      refuse("duplicate_member");
    }
  } catch (cause) {
    // The cause of a JSON error quotes the token, so it is dropped here.
    if (cause instanceof AuthError) throw cause;
    refuse(reason);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(reason);
  }
  return value as Record<string, unknown>;
}

function decodeSegment(segment: string, reason: string): Buffer {
  if (!base64url.test(segment)) refuse(reason);
  const bytes = Buffer.from(segment, "base64url");
  // Left-over bits in the last character would give one token many spellings.
  if (bytes.toString("base64url") !== segment) refuse(reason);
  return bytes;
}

/**
 * Whether it is plain without a closer look that no member is named twice: a
 * flat object with as many members as the text has names. Google's are.
 */
function isPlainlyUnique(value: unknown, json: string): boolean {
  if (typeof value !== "object" || value === null) return true;
  const names = json.match(/"\s*:/g)?.length ?? 0;
  return json.lastIndexOf("{") === 0 && names === Object.keys(value).length;
}

/**
 * Whether any object in a JSON text names a member twice; readers disagree on
 * which of the two counts.
 *
 * @param json a text that JSON.parse has accepted
 */
function hasDuplicateMember(json: string): boolean {
  const open: (Set<string> | null)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  const colon = /\s*:/y;
  for (let match = tokens.exec(json); match; match = tokens.exec(json)) {
    const [text] = match;
    if (text === "{") open.push(new Set());
    else if (text === "[") open.push(null);
    else if (text === "}" || text === "]") open.pop();
    else {
      const members = open.at(-1);
      colon.lastIndex = tokens.lastIndex;
      if (!members || !colon.test(json)) continue;
      const name = JSON.parse(text) as string;
      if (members.has(name)) return true;
      members.add(name);
    }
  }
  return false;
}

function refuse(reason: string): never {
  throw new AuthError("invalid_token", { reason });
}
