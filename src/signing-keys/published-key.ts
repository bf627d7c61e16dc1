import {
  createPublicKey,
  hash,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";
import type { SigningAlgorithm } from "../common/signature-key";
import type { PublishedKey } from "./signing-keys.port";

/**
 * The members of a public key, in the order of RFC 7638: only these are
 * published, so that a private half cannot be.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7518#section-6
 */
const publicMembers = {
  ES256: ["crv", "kty", "x", "y"],
  RS256: ["e", "kty", "n"],
} as const;

/**
 * A key as published in the JWKS.
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

/**
 * The parts of a key that may be published, regardless of its other members.
 */
export function withoutSecrets(key: PublishedKey): PublishedKey {
  const { kid, alg, use } = key;
  return { ...onlyPublic(key, alg), kid, alg, use };
}

/**
 * The SHA-256 thumbprint of a key: a name that anyone can compute from it.
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

/** Only the members that form the public half of a key. */
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
