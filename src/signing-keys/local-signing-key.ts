import { type KeyObject, sign } from "node:crypto";
import type { SigningAlgorithm } from "../common/signature-key";
import type { SigningKey } from "./signing-keys.port";

/**
 * A key whose private half is in this process.
 *
 * @param privateKey of the kind that the algorithm takes
 */
export function localSigningKey(
  kid: string,
  algorithm: SigningAlgorithm,
  privateKey: KeyObject,
): SigningKey {
  // For ES256 the JWS form r ‖ s; it means nothing to RSA.
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" as const };
  // On the spot: a way through the thread pool takes longer than signing.
  return { kid, algorithm, sign: (input) => sign("sha256", input, key) };
}
