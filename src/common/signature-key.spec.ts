import { generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  signingAlgorithmOf,
  signingKeyFromPem,
  verificationKeyFromPem,
} from "./signature-key";

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa2048 = generateKeyPairSync("rsa", { modulusLength: 2048 });

type Form = "pkcs8" | "pkcs1" | "sec1" | "spki";

function pem(key: KeyObject, type: Form, encryption: object = {}): string {
  const options = { type: type as "pkcs8", format: "pem" as const };
  return key.export({ ...options, ...encryption }).toString();
}

const good: [string, string, "ES256" | "RS256"][] = [
  ["P-256 as PKCS#8", pem(p256.privateKey, "pkcs8"), "ES256"],
  ["P-256 as SEC1", pem(p256.privateKey, "sec1"), "ES256"],
  ["RSA as PKCS#8", pem(rsa2048.privateKey, "pkcs8"), "RS256"],
  ["RSA as PKCS#1", pem(rsa2048.privateKey, "pkcs1"), "RS256"],
];

/** As written by `openssl ecparam -genkey`. */
const ecParameters =
  "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

const encryption = { cipher: "aes-256-cbc", passphrase: "sesame" };

const bad: [string, () => string][] = [
  ["P-384", () => pemOf("ec", { namedCurve: "P-384" })],
  ["secp256k1", () => pemOf("ec", { namedCurve: "secp256k1" })],
  ["RSA of 2047 bits", () => pemOf("rsa", { modulusLength: 2047 })],
  ["RSA of 1024 bits", () => pemOf("rsa", { modulusLength: 1024 })],
  ["RSA-PSS", () => pemOf("rsa-pss", { modulusLength: 2048 })],
  ["Ed25519", () => pemOf("ed25519", {})],
  ["a key with a passphrase", () => pem(p256.privateKey, "pkcs8", encryption)],
  ["a truncated key", () => pem(p256.privateKey, "pkcs8").slice(0, -40)],
  ["nothing", () => ""],
  ["a path", () => "/run/secrets/signing-key.pem"],
  ["other text", () => "sesame"],
];

function pemOf(type: string, options: object): string {
  const { privateKey } = (
    generateKeyPairSync as unknown as (
      type: string,
      options: object,
    ) => { privateKey: KeyObject }
  )(type, options);
  return pem(privateKey, "pkcs8");
}

describe("signingKeyFromPem", () => {
  describe("when the key is valid", () => {
    it.each(good)("accepts %s", (_what, text, algorithm) => {
      const read = signingKeyFromPem(text);
      expect(read?.algorithm).toBe(algorithm);
      const { privateKey } = algorithm === "ES256" ? p256 : rsa2048;
      expect(read?.key.equals(privateKey)).toBe(true);
    });

    it.each(good)("accepts %s on one line", (_what, text, algorithm) => {
      const line = text.trim().replaceAll("\n", "\\n");
      expect(line).not.toContain("\n");
      expect(signingKeyFromPem(line)?.algorithm).toBe(algorithm);
    });

    it("accepts a key after its parameters", () => {
      const text = ecParameters + pem(p256.privateKey, "sec1");
      expect(signingKeyFromPem(text)?.algorithm).toBe("ES256");
    });
  });

  describe("when it is malformed or too weak", () => {
    it.each(bad)("refuses %s", (_what, text) => {
      expect(signingKeyFromPem(text())).toBeNull();
    });

    it("refuses a public key", () => {
      expect(signingKeyFromPem(pem(p256.publicKey, "spki"))).toBeNull();
    });
  });
});

describe("verificationKeyFromPem", () => {
  describe("when the key is valid", () => {
    it("accepts a public key, or a private key and uses its public half", () => {
      for (const { publicKey, privateKey } of [p256, rsa2048]) {
        for (const text of [pem(publicKey, "spki"), pem(privateKey, "pkcs8")]) {
          const read = verificationKeyFromPem(text)?.key;
          expect(read?.type).toBe("public");
          expect(read?.equals(publicKey)).toBe(true);
        }
      }
    });
  });

  describe("when it is malformed or too weak", () => {
    it.each(bad)("refuses %s", (_what, text) => {
      expect(verificationKeyFromPem(text())).toBeNull();
    });
  });
});

describe("signingAlgorithmOf", () => {
  describe("when a key fits several algorithms", () => {
    it("returns one", () => {
      const larger = generateKeyPairSync("rsa", { modulusLength: 3072 });
      expect(signingAlgorithmOf(larger.publicKey)).toBe("RS256");
      expect(signingAlgorithmOf(larger.privateKey)).toBe("RS256");
    });
  });
});
