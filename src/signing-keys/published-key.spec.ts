import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { publishedKey, thumbprintOf, withoutSecrets } from "./published-key";

/** The key of RFC 7638 §3.1. */
const rfcKey = createPublicKey({
  format: "jwk",
  key: {
    kty: "RSA",
    e: "AQAB",
    n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
  },
});

describe("thumbprintOf", () => {
  describe("when it is the key of the RFC", () => {
    it("is the thumbprint of the RFC", () => {
      expect(thumbprintOf(rfcKey, "RS256")).toBe(
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
      );
    });
  });

  describe("when it is an EC key", () => {
    // The example of RFC 9449 §6.1: proofs of possession use it.
    it("is that of the public key, for a public or private key", () => {
      const jwk = {
        kty: "EC",
        crv: "P-256",
        x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
      };
      const key = createPublicKey({ format: "jwk", key: jwk });
      expect(thumbprintOf(key, "ES256")).toBe(
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
      );
      const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
      expect(thumbprintOf(pair.privateKey, "ES256")).toBe(
        thumbprintOf(pair.publicKey, "ES256"),
      );
    });
  });
});

describe.each([
  [
    "ES256",
    generateKeyPairSync("ec", { namedCurve: "P-256" }),
    ["crv", "x", "y"],
  ],
  ["RS256", generateKeyPairSync("rsa", { modulusLength: 2048 }), ["e", "n"]],
] as const)("a published %s key", (algorithm, pair, members) => {
  const names = [...members, "alg", "kid", "kty", "use"].sort();

  describe("when it is made from a private key", () => {
    it("has the public members and no other", () => {
      const published = publishedKey("k1", algorithm, pair.privateKey);
      expect(Object.keys(published).sort()).toEqual(names);
      expect(published).toMatchObject({
        kid: "k1",
        alg: algorithm,
        use: "sig",
      });
      const read = createPublicKey({ format: "jwk", key: published });
      expect(read.equals(pair.publicKey)).toBe(true);
    });
  });

  describe("when the input includes the private key", () => {
    it("omits the private key", () => {
      const leaky = {
        ...pair.privateKey.export({ format: "jwk" }),
        ...({ kid: "k1", alg: algorithm, use: "sig" } as const),
        comment: "an unknown member",
      };
      expect(leaky).toHaveProperty("d");
      const shown = withoutSecrets(leaky);
      expect(Object.keys(shown).sort()).toEqual(names);
      expect(shown).toEqual(publishedKey("k1", algorithm, pair.publicKey));
    });
  });
});
