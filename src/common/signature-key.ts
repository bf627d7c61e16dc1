import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/**
 * The algorithms that our own tokens may be signed with. Asymmetric only, so
 * that no public key can ever be taken for a secret.
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
 * The one algorithm that a key is used with: ES256 for P-256, RS256 for RSA of
 * 2048 bits or more; null for a key that is weaker or of another kind.
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
 * @param pem PKCS#8, PKCS#1 or SEC1, not encrypted; `\n` may stand for a line
 *   break, as in variables that take one line
 * @returns null when it is no such key
 */
export function signingKeyFromPem(pem: string): SignatureKey | null {
  return usable(() => createPrivateKey(lines(pem)));
}

/**
 * Reads the public half of a key that tokens may be signed with.
 *
 * @param pem a public key, or a private one as {@link signingKeyFromPem} takes it
 * @returns null when it is no such key
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
    // OpenSSL's messages say nothing that a rule does not say better.
    return null;
  }
}

function lines(pem: string): string {
  return pem.replaceAll("\\n", "\n");
}
