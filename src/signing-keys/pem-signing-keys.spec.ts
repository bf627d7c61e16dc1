import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from "node:crypto";
import { PemSigningKeys } from "./pem-signing-keys";
import { thumbprintOf } from "./published-key";

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const otherEc = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

function privatePem({ privateKey }: { privateKey: KeyObject }): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function publicPem({ publicKey }: { publicKey: KeyObject }): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

const ecKid = thumbprintOf(ec.publicKey, "ES256");
const rsaKid = thumbprintOf(rsa.publicKey, "RS256");

describe("PemSigningKeys", () => {
  describe("when there is one key", () => {
    it.each([
      ["ES256", ec, ecKid],
      ["RS256", rsa, rsaKid],
    ] as const)("signs with it as %s", async (algorithm, pair, kid) => {
      const keys = new PemSigningKeys({ signingKeyPem: privatePem(pair) });
      const key = keys.current();
      expect([key.kid, key.algorithm]).toEqual([kid, algorithm]);
      const input = Buffer.from("header.payload");
      const signature = await key.sign(input);
      const found = keys.find(kid);
      expect(found?.algorithm).toBe(algorithm);
      expect(found?.publicKey.equals(pair.publicKey)).toBe(true);
      const verifier = {
        key: pair.publicKey,
        dsaEncoding: "ieee-p1363" as const,
      };
      expect(verify("sha256", input, verifier, signature)).toBe(true);
    });

    it("publishes its public key, and finds no other", () => {
      const keys = new PemSigningKeys({
        signingKeyPem: privatePem(ec),
        previousSigningKeyPem: null,
      });
      const [published, ...others] = keys.published();
      expect(others).toEqual([]);
      expect(published).not.toHaveProperty("d");
      const read = createPublicKey({ format: "jwk", key: published ?? {} });
      expect(read.equals(ec.publicKey)).toBe(true);
      for (const kid of [rsaKid, "", "__proto__", "constructor"]) {
        expect(keys.find(kid)).toBeNull();
      }
    });
  });

  describe("when a previous key is configured", () => {
    it.each([
      ["private key", privatePem(rsa)],
      ["public key", publicPem(rsa)],
    ])("accepts its %s and publishes it second", (_half, pem) => {
      const keys = new PemSigningKeys({
        signingKeyPem: privatePem(ec),
        previousSigningKeyPem: pem,
      });
      expect(keys.current().kid).toBe(ecKid);
      expect(keys.published().map(({ kid }) => kid)).toEqual([ecKid, rsaKid]);
      expect(keys.find(rsaKid)).toMatchObject({ algorithm: "RS256" });
      expect(JSON.stringify(keys.published())).not.toMatch(/"(d|p|q)"/);
    });

    it("publishes a key once if it is configured twice", () => {
      const keys = new PemSigningKeys({
        signingKeyPem: privatePem(ec),
        previousSigningKeyPem: publicPem(ec),
      });
      expect(keys.published().map(({ kid }) => kid)).toEqual([ecKid]);
    });
  });

  describe("when a key is malformed", () => {
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });

    it.each([
      [{ signingKeyPem: publicPem(ec) }, "signingKeyPem"],
      [{ signingKeyPem: privatePem(weak) }, "signingKeyPem"],
      [{ signingKeyPem: "sesame" }, "signingKeyPem"],
      [{}, "signingKeyPem"],
      [
        {
          signingKeyPem: privatePem(otherEc),
          previousSigningKeyPem: publicPem(weak),
        },
        "previousSigningKeyPem",
      ],
    ])("refuses %#, naming the option, not the value", (options, name) => {
      let message = "";
      try {
        new PemSigningKeys(options);
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain(`${name} must be an unencrypted PEM`);
      expect(message).not.toMatch(/BEGIN|sesame/);
    });
  });
});
