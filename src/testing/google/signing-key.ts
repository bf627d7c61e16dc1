import "reflect-metadata";
import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** The public key as Google's `/oauth2/v3/certs` lists it (RFC 7517). */
export interface GoogleJwk {
  readonly kty: "RSA";
  readonly alg: "RS256";
  readonly use: "sig";
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/** A key pair with both forms in which Google publishes its public key. */
export interface GoogleSigningKey {
  /** 40 lower-case hexadecimal characters. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** A self-signed X.509 certificate, as `/oauth2/v1/certs` serves it. */
  readonly certificatePem: string;
  readonly jwk: GoogleJwk;
}

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const SUBJECT = "CN=federated-signon.system.gserviceaccount.com";
const DAY_MS = 86_400_000;

/** Without a key id. */
type KeyPair = Pick<
  GoogleSigningKey,
  "privateKey" | "publicKey" | "certificatePem"
>;

/** The key pairs of stopped emulators, for reuse. */
const spareKeyPairs: KeyPair[] = [];

/**
 * Creates a 2048-bit RSA key with a new `kid`. Takes 50 to 300 ms, off the main
 * thread, unless the key pair of a stopped emulator can be reused.
 *
 * Emulators create their own keys; call this for a key that is never published.
 */
export async function newSigningKey(): Promise<GoogleSigningKey> {
  const pair = spareKeyPairs.pop() ?? (await newKeyPair());
  const kid = randomBytes(20).toString("hex");
  return { ...pair, kid, jwk: jwkOf(pair.publicKey, kid) };
}

/**
 * Releases keys that are no longer used: their key pairs are reused with new
 * ids.
 */
export function reuseSigningKeys(keys: readonly GoogleSigningKey[]): void {
  spareKeyPairs.push(...keys);
}

async function newKeyPair(): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(
    {
      ...ALGORITHM,
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    true,
    ["sign", "verify"],
  );
  return {
    privateKey: KeyObject.from(keys.privateKey),
    publicKey: KeyObject.from(keys.publicKey),
    certificatePem: await selfSignedCertificate(keys),
  };
}

function jwkOf(publicKey: KeyObject, kid: string): GoogleJwk {
  const { n, e } = publicKey.export({ format: "jwk" });
  if (n === undefined || e === undefined) {
    throw new Error("An RSA public key must have a modulus and an exponent.");
  }
  return { kty: "RSA", alg: "RS256", use: "sig", kid, n, e };
}

async function selfSignedCertificate(
  keys: webcrypto.CryptoKeyPair,
): Promise<string> {
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: SUBJECT,
      // A leading 1 keeps the number positive (RFC 5280 §4.1.2.2) and avoids a
      // leading zero byte, which DER forbids.
      serialNumber: `1${randomBytes(8).toString("hex").slice(1)}`,
      // Google's certificates are valid for two weeks. These are valid for any
      // skewed clock, so that no test fails because of a certificate's dates.
      notBefore: new Date(now - 3650 * DAY_MS),
      notAfter: new Date(now + 3650 * DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth], true),
      ],
    },
    globalThis.crypto,
  );
  return `${certificate.toString("pem")}\n`;
}
