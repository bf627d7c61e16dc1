import { createHash, type KeyObject, verify } from "node:crypto";
import { type Json, readJson } from "./reference-json";

/** The keys, clients and time for the verification of a token. */
export interface ReferenceRules {
  readonly clientIds: readonly string[];
  /** Google's published keys by their id. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly clockSkewSeconds: number;
  /** Whole seconds since 1970 (UTC). */
  readonly nowSeconds: number;
}

/** The verdict on a token. */
export type ReferenceVerdict =
  | { readonly code: "accepted"; readonly identity: object }
  | { readonly code: RefusalCode };

type RefusalCode =
  "invalid_token" | "token_expired" | "service_account_not_allowed";
type Members = ReadonlyMap<string, Json>;

class Refusal extends Error {
  constructor(readonly code: RefusalCode) {
    super(code);
  }
}

/**
 * An independent verifier of Google ID tokens to compare the product's with:
 * one rule after the other, as simple as possible, without the product's code.
 *
 * A token is `expired` only if it has no other fault, so a new one would be
 * accepted. It is a service account's if Google signed it for one of our
 * clients.
 *
 * @see https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 * @see https://www.rfc-editor.org/rfc/rfc7515 JSON Web Signature
 * @see https://www.rfc-editor.org/rfc/rfc8725 JSON Web Token Best Current Practices
 */
export function referenceVerdict(
  token: string,
  rules: ReferenceRules,
): ReferenceVerdict {
  try {
    const claims = provenClaims(token, rules);
    return { code: "accepted", identity: identityOf(token, claims, rules) };
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code };
    throw error;
  }
}

function insist(condition: boolean): asserts condition {
  if (!condition) throw new Refusal("invalid_token");
}

function provenClaims(token: string, { keys }: ReferenceRules): Members {
  insist(Buffer.byteLength(token) <= 8192);
  const segments = token.split(".");
  insist(segments.length === 3);
  const [header, payload, signature] = segments.map(bytesOf) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const names = objectOf(header);
  const claims = objectOf(payload);

  insist(names.get("alg") === "RS256");
  const typ = names.get("typ");
  insist(
    typ === undefined ||
      (typeof typ === "string" && /^[jJ][wW][tT]$/.test(typ)),
  );
  insist(!names.has("crit"));
  insist(!names.has("jwk"));
  insist(!names.has("jku"));
  insist(!names.has("x5u"));
  insist(!names.has("x5c"));
  insist(!names.has("zip"));
  insist(!names.has("b64"));
  const kid = names.get("kid");
  insist(typeof kid === "string" && kid.length >= 1 && kid.length <= 128);
  const key = keys.get(kid);
  insist(key !== undefined);

  const signed = Buffer.from(token.slice(0, token.lastIndexOf(".")));
  insist(verify("RSA-SHA256", signed, key, signature));
  return claims;
}

const sixBits = new Map(
  Array.from(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    (character, value) => [character, value],
  ),
);

/** Canonical base64url (RFC 4648 §5) without padding; not empty. */
function bytesOf(segment: string): Buffer {
  insist(segment !== "");
  const bytes: number[] = [];
  let pending = 0;
  let pendingBits = 0;
  for (const character of segment) {
    const six = sixBits.get(character);
    insist(six !== undefined);
    pending = (pending << 6) | six;
    pendingBits += 6;
    if (pendingBits < 8) continue;
    pendingBits -= 8;
    bytes.push(pending >> pendingBits);
    pending &= (1 << pendingBits) - 1;
  }
  // The remaining bits must be fewer than a character's, and all zero.
  insist(pendingBits < 6 && pending === 0);
  return Buffer.from(bytes);
}

/** A JSON object in UTF-8. */
function objectOf(bytes: Buffer): Members {
  const text = bytes.toString("utf8");
  insist(Buffer.from(text, "utf8").equals(bytes));
  const value = readJson(text);
  insist(value instanceof Map);
  return value as Members;
}

function identityOf(token: string, claims: Members, rules: ReferenceRules) {
  insist(!claims.has("events"));
  const iss = claims.get("iss");
  insist(
    iss === "https://accounts.google.com" || iss === "accounts.google.com",
  );
  const aud = claims.get("aud");
  insist(typeof aud === "string" && rules.clientIds.includes(aud));

  const email = emailOf(claims.get("email") ?? null);
  const azp = claims.get("azp");
  for (const name of [azp, email]) {
    if (
      typeof name === "string" &&
      name.toLowerCase().endsWith(".gserviceaccount.com")
    ) {
      throw new Refusal("service_account_not_allowed");
    }
  }
  insist(
    azp === undefined ||
      (typeof azp === "string" && rules.clientIds.includes(azp)),
  );

  const sub = claims.get("sub");
  insist(typeof sub === "string" && sub.length >= 1 && sub.length <= 255);
  insist([...sub].every((character) => character > " " && character <= "~"));
  const nonce = claims.get("nonce");
  insist(
    nonce === undefined ||
      (typeof nonce === "string" &&
        nonce.length <= 512 &&
        cleaned(nonce) === nonce),
  );
  const hd = claims.get("hd");
  insist(hd === undefined || (typeof hd === "string" && isDomain(hd)));

  const emailVerified = email !== null && claims.get("email_verified") === true;
  return {
    issuer: "https://accounts.google.com",
    subject: sub,
    clientId: aud,
    authorizedParty: azp ?? aud,
    email,
    emailVerified,
    emailAuthority: !emailVerified
      ? "unverified"
      : hd !== undefined || email.toLowerCase().endsWith("@gmail.com")
        ? "authoritative"
        : "verified",
    hostedDomain: hd?.toLowerCase() ?? null,
    name: textOf(claims.get("name"), 256),
    givenName: textOf(claims.get("given_name"), 128),
    familyName: textOf(claims.get("family_name"), 128),
    picture: pictureOf(claims.get("picture")),
    locale: textOf(claims.get("locale"), 35),
    nonce: nonce ?? null,
    ...timesOf(claims, rules),
    tokenDigest: createHash("sha256")
      .update(token.slice(0, token.lastIndexOf(".")))
      .digest("base64url"),
  };
}

function timesOf(claims: Members, rules: ReferenceRules) {
  const { nowSeconds: now, clockSkewSeconds: skew } = rules;
  const iat = claims.get("iat");
  const exp = claims.get("exp");
  const nbf = claims.get("nbf");
  insist(isTime(iat) && isTime(exp) && (nbf === undefined || isTime(nbf)));
  insist(iat <= now + skew);
  insist(nbf === undefined || nbf <= now + skew);
  insist(iat < exp && exp <= iat + 7200);
  if (exp + skew <= now) throw new Refusal("token_expired");
  return { issuedAt: iat, expiresAt: exp };
}

function isTime(value: Json | undefined): value is number {
  return (
    typeof value === "number" &&
    value >= 1 &&
    value <= 2 ** 53 - 1 &&
    value % 1 === 0
  );
}

function emailOf(value: Json): string | null {
  if (value === null) return null;
  insist(typeof value === "string" && value.length <= 320);
  const [local, domain, ...more] = value.split("@");
  insist(!!local && !!domain && more.length === 0);
  insist(!hasBlank(value) && cleaned(value) === value);
  return value;
}

function isDomain(value: string): boolean {
  const allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  return (
    value.length >= 1 &&
    value.length <= 253 &&
    [...value].every(
      (character) =>
        character <= "~" && allowed.includes(character.toLowerCase()),
    )
  );
}

function pictureOf(value: Json | undefined): string | null {
  return typeof value === "string" &&
    value.length <= 2048 &&
    value.slice(0, 8).toLowerCase() === "https://" &&
    !hasBlank(value) &&
    cleaned(value) === value &&
    isUrlOfNobody(value)
    ? value
    : null;
}

/** Whether it is a URL with a host and without a user name or password. */
function isUrlOfNobody(value: string): boolean {
  try {
    const { host, href } = new URL(value);
    return host !== "" && href.startsWith(`https://${host}/`);
  } catch {
    return false;
  }
}

function textOf(value: Json | undefined, limit: number): string | null {
  if (typeof value !== "string") return null;
  return [...cleaned(value).trim()].slice(0, limit).join("") || null;
}

/** Removes control characters, lone surrogates and direction marks. */
function cleaned(text: string): string {
  let kept = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isDropped =
      code <= 0x1f ||
      (code >= 0x7f && code <= 0x9f) ||
      (code >= 0xd800 && code <= 0xdfff) ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069);
    if (!isDropped) kept += character;
  }
  return kept;
}

function hasBlank(text: string): boolean {
  return [...text].some((character) => character.trim() === "");
}
