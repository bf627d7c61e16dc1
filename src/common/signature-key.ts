import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/**
 * The algorithms for our own tokens. Asymmetric only, so that no public key can
 * be used as a shared secret.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7518#section-3.1
 */
export type SigningAlgorithm = "ES256" | "RS256";

/** A key, and the one algorithm that it is used with. */
export interface SignatureKey {
  readonly key: KeyObject;
  readonly algorithm: SigningAlgorithm;
}

const minRsaBits = 2048;

/**
 * The one algorithm of a key: ES256 for P-256, RS256 for RSA of 2048 bits or
 * more; null for weaker or other keys.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.1
 */
export function signingAlgorithmOf(key: KeyObject): SigningAlgorithm | null {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "ec") {
    return namedCurve === "prime256v1" ? "ES256" : null;
  }
  return key.asymmetricKeyType === "rsa" && modulusLength >= minRsaBits
    ? "RS256"
    : null;
}

/**
 * Reads a private key that tokens may be signed with.
 *
 * @param pem PKCS#8, PKCS#1 or SEC1, not encrypted; a literal `\n` counts as a
 *   line break
 * @returns null when it is not such a key
 */
export function signingKeyFromPem(pem: string): SignatureKey | null {
  return usable(() => createPrivateKey(lines(pem)));
}

/**
 * Reads the public half of a key that tokens may be signed with.
 *
 * @param pem a public key, or a private one as {@link signingKeyFromPem} takes it
 * @returns null when it is not such a key
 */
export function verificationKeyFromPem(pem: string): SignatureKey | null {
  return usable(() => createPublicKey(lines(pem)));
}

function usable(read: () => KeyObject): SignatureKey | null {
  try {
    const key = read();
    const algorithm = signingAlgorithmOf(key);
    return algorithm && { key, algorithm };
  } catch {
    // The rule of the variable is clearer than OpenSSL's message.
    return null;
  }
}

function lines(pem: string): string {
  return pem.replaceAll("\\n", "\n");
}
