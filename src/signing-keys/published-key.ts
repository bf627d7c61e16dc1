import {
  createPublicKey,
  hash,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";
import type { SigningAlgorithm } from "../common/signature-key";
import type { PublishedKey } from "./signing-keys.port";

/**
 * The members of a public key, in the order of RFC 7638: what is not listed is
 * not shown, so that no private half can be.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7518#section-6
 */
const publicMembers = {
  ES256: ["crv", "kty", "x", "y"],
  RS256: ["e", "kty", "n"],
} as const;

/**
 * A key as the JWKS shows it.
 *
 * @param key the public half, or the whole key
 */
export function publishedKey(
  kid: string,
  algorithm: SigningAlgorithm,
  key: KeyObject,
): PublishedKey {
  return { ...publicJwkOf(key, algorithm), kid, alg: algorithm, use: "sig" };
}

/** What of a key may be shown to everybody, whatever else it carries. */
export function withoutSecrets(key: PublishedKey): PublishedKey {
  const { kid, alg, use } = key;
  return { ...onlyPublic(key, alg), kid, alg, use };
}

/**
 * The SHA-256 thumbprint of a key: a name that anybody can compute from it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7638
 */
export function thumbprintOf(
  key: KeyObject,
  algorithm: SigningAlgorithm,
): string {
  return hash(
    "sha256",
    JSON.stringify(publicJwkOf(key, algorithm)),
    "base64url",
  );
}

function publicJwkOf(
  key: KeyObject,
  algorithm: SigningAlgorithm,
): Record<string, unknown> {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return onlyPublic(publicKey.export({ format: "jwk" }), algorithm);
}

/** The members that make the public half of a key, and nothing else that it carries. */
export function onlyPublic(
  jwk: JsonWebKey,
  algorithm: SigningAlgorithm,
): Record<string, unknown> {
  return Object.fromEntries(
    publicMembers[algorithm].map((name): [string, unknown] => [
      name,
      jwk[name],
    ]),
  );
}
