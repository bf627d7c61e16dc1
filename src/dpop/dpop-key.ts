import {
  createPublicKey,
  hash,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";
import { AuthError } from "../common/auth-error";

/** A client's public key, as contained in its proofs. */
export interface DpopKey {
  readonly publicKey: KeyObject;
  /** The digest for `crypto.verify`; null if the algorithm defines its own. */
  readonly digest: "sha256" | null;
  /** RFC 7638 thumbprint, SHA-256, base64url: tokens are bound to it. */
  readonly thumbprint: string;
}

interface Algorithm {
  readonly digest: DpopKey["digest"];
  /**
   * The members that a key must have and that its thumbprint is computed from,
   * in this order.
   */
  readonly members: readonly string[];
  /** Members with only one possible value. */
  readonly fixed: Readonly<Record<string, string>>;
}

const ecdsa: Algorithm = {
  digest: "sha256",
  members: ["crv", "kty", "x", "y"],
  fixed: { kty: "EC", crv: "P-256" },
};
const rsa: Algorithm = {
  digest: "sha256",
  members: ["e", "kty", "n"],
  fixed: { kty: "RSA" },
};
const eddsa: Algorithm = {
  digest: null,
  members: ["crv", "kty", "x"],
  fixed: { kty: "OKP", crv: "Ed25519" },
};

/**
 * All asymmetric; `Ed25519` is the name of EdDSA with this curve in RFC 9864.
 */
const algorithms: ReadonlyMap<unknown, Algorithm> = new Map([
  ["ES256", ecdsa],
  ["RS256", rsa],
  ["EdDSA", eddsa],
  ["Ed25519", eddsa],
]);

/**
 * The algorithms that a proof may be signed with, for
 * `dpop_signing_alg_values_supported`.
 */
export const dpopAlgorithms: readonly string[] = [...algorithms.keys()].map(
  String,
);

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const minModulusBits = 2048;
/**
 * A larger one would make every check expensive, and the sender chooses its
 * size.
 */
const maxModulusBits = 4096;
const maxExponent = 0xffff_ffffn;

/**
 * The key in a proof's header, if it fits the header's algorithm.
 *
 * @param alg of the header
 * @param jwk of the header; untrusted
 * @throws AuthError `invalid_dpop_proof` with the reason
 * @see https://www.rfc-editor.org/rfc/rfc7638 JWK thumbprint
 */
export function dpopKeyOf(alg: unknown, jwk: unknown): DpopKey {
  const algorithm = algorithms.get(alg);
  if (!algorithm) refuse("algorithm_not_allowed");
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) {
    refuse("key_missing");
  }
  const sent = jwk as Record<string, unknown>;
  if (privateMembers.some((name) => Object.hasOwn(sent, name))) {
    refuse("key_is_private");
  }
  if (Object.hasOwn(sent, "alg") && sent.alg !== alg) refuse("key_invalid");
  if (Object.hasOwn(sent, "use") && sent.use !== "sig") refuse("key_invalid");
  const key: Record<string, string> = {};
  for (const name of algorithm.members) {
    const value = Object.hasOwn(sent, name) ? sent[name] : undefined;
    if (typeof value !== "string") refuse("key_invalid");
    key[name] = value;
  }
  for (const [name, value] of Object.entries(algorithm.fixed)) {
    if (key[name] !== value) refuse("key_invalid");
  }
  return {
    publicKey: publicKeyOf(key),
    digest: algorithm.digest,
    thumbprint: hash("sha256", JSON.stringify(key), "base64url"),
  };
}

function publicKeyOf(jwk: Readonly<Record<string, string>>): KeyObject {
  let publicKey: KeyObject;
  let canonical: JsonWebKey;
  try {
    publicKey = createPublicKey({ key: { ...jwk }, format: "jwk" });
    canonical = publicKey.export({ format: "jwk" });
  } catch {
    refuse("key_invalid");
  }
  // A different encoding of the same key would have a different thumbprint.
  if (Object.entries(jwk).some(([name, value]) => canonical[name] !== value)) {
    refuse("key_invalid");
  }
  const { modulusLength, publicExponent } =
    publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined) {
    if (modulusLength < minModulusBits) refuse("key_too_small");
    if (modulusLength > maxModulusBits) refuse("key_too_large");
    if ((publicExponent ?? 0n) > maxExponent) refuse("key_too_large");
  }
  return publicKey;
}

function refuse(reason: string): never {
  throw new AuthError("invalid_dpop_proof", { reason });
}
