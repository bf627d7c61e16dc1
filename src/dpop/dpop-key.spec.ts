import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { AuthError } from "../common/auth-error";
import { dpopAlgorithms, dpopKeyOf } from "./dpop-key";

function jwkOf(kind: "ec" | "rsa" | "ed25519" | "secp384", bits = 2048) {
  const { publicKey, privateKey } = {
    ec: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
    secp384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
    rsa: () => generateKeyPairSync("rsa", { modulusLength: bits }),
    ed25519: () => generateKeyPairSync("ed25519"),
  }[kind]();
  return {
    jwk: publicKey.export({ format: "jwk" }),
    privateJwk: privateKey.export({ format: "jwk" }),
  };
}

function reasonAgainst(alg: unknown, jwk: unknown): string | undefined {
  try {
    dpopKeyOf(alg, jwk);
  } catch (error) {
    if (error instanceof AuthError && error.code === "invalid_dpop_proof") {
      return error.reason;
    }
    throw error;
  }
  return undefined;
}

const ec = jwkOf("ec");
const rsa = jwkOf("rsa");
const ed = jwkOf("ed25519");

describe("dpopKeyOf", () => {
  describe("when an RFC contains the thumbprint", () => {
    // RFC 7638 §3.1
    const rsaKey = {
      kty: "RSA",
      n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
      e: "AQAB",
      alg: "RS256",
      kid: "2011-04-29",
    };
    // RFC 9449 §4.2 and §6.1
    const ecKey = {
      kty: "EC",
      x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
      y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
      crv: "P-256",
    };
    // RFC 8037 A.3
    const edKey = {
      kty: "OKP",
      crv: "Ed25519",
      x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    };

    it.each([
      ["RS256", rsaKey, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"],
      ["ES256", ecKey, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"],
      ["EdDSA", edKey, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"],
      ["Ed25519", edKey, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"],
    ])("computes it for the %s key", (alg, jwk, thumbprint) => {
      expect(dpopKeyOf(alg, jwk).thumbprint).toBe(thumbprint);
    });
  });

  it("accepts the other members that browsers export", () => {
    const jwk = { ...ec.jwk, key_ops: ["verify"], ext: true, kid: "mine" };
    expect(dpopKeyOf("ES256", jwk).thumbprint).toBe(
      dpopKeyOf("ES256", ec.jwk).thumbprint,
    );
  });

  it("lists its algorithms, none of them symmetric", () => {
    expect(dpopAlgorithms).toEqual(["ES256", "RS256", "EdDSA", "Ed25519"]);
  });

  describe("when the algorithm is not supported", () => {
    it.each([
      ...["none", "None", "HS256", "HS512", "ES384", "ES512", "ES256K"],
      ...["RS1", "RS384", "PS256", "es256", "", "constructor", "__proto__"],
      ...[null, undefined, 1, ["ES256"], { alg: "ES256" }],
    ])("refuses %j", (alg) => {
      expect(reasonAgainst(alg, ec.jwk)).toBe("algorithm_not_allowed");
    });
  });

  describe("when the key does not fit the algorithm", () => {
    const without = (jwk: JsonWebKey, name: string) => ({
      ...jwk,
      [name]: undefined,
    });

    it.each<[string, string, unknown, string]>([
      ["no key", "ES256", undefined, "key_missing"],
      ["null", "ES256", null, "key_missing"],
      ["a string", "ES256", "key", "key_missing"],
      ["a list", "ES256", [ec.jwk], "key_missing"],
      ["an RSA key for ES256", "ES256", rsa.jwk, "key_invalid"],
      ["an EC key for RS256", "RS256", ec.jwk, "key_invalid"],
      ["an EC key for EdDSA", "EdDSA", ec.jwk, "key_invalid"],
      ["another curve", "ES256", jwkOf("secp384").jwk, "key_invalid"],
      ["no x", "ES256", without(ec.jwk, "x"), "key_invalid"],
      ["no y", "ES256", without(ec.jwk, "y"), "key_invalid"],
      ["no n", "RS256", without(rsa.jwk, "n"), "key_invalid"],
      ["no crv", "EdDSA", without(ed.jwk, "crv"), "key_invalid"],
      ["a number as x", "ES256", { ...ec.jwk, x: 1 }, "key_invalid"],
      [
        "a point that is not on the curve",
        "ES256",
        { ...ec.jwk, x: ec.jwk.y, y: ec.jwk.x },
        "key_invalid",
      ],
      ["a short x", "ES256", { ...ec.jwk, x: "AQAB" }, "key_invalid"],
      [
        "x with padding",
        "ES256",
        { ...ec.jwk, x: `${ec.jwk.x}=` },
        "key_invalid",
      ],
      [
        "n with leading zeros",
        "RS256",
        { ...rsa.jwk, n: `AAAA${rsa.jwk.n}` },
        "key_invalid",
      ],
      [
        "another alg in the key",
        "ES256",
        { ...ec.jwk, alg: "ES384" },
        "key_invalid",
      ],
      [
        "a key for encryption",
        "ES256",
        { ...ec.jwk, use: "enc" },
        "key_invalid",
      ],
      [
        "a symmetric key",
        "ES256",
        { kty: "oct", k: "c2VjcmV0" },
        "key_is_private",
      ],
      ["inherited members", "ES256", Object.create(ec.jwk), "key_invalid"],
    ])("refuses %s", (_what, alg, jwk, reason) => {
      expect(reasonAgainst(alg, jwk)).toBe(reason);
    });

    it.each([
      ["EC", "ES256", ec.privateJwk],
      ["RSA", "RS256", rsa.privateJwk],
      ["Ed25519", "EdDSA", ed.privateJwk],
    ])("refuses a private %s key", (_kind, alg, jwk) => {
      expect(reasonAgainst(alg, jwk)).toBe("key_is_private");
    });

    it.each(["d", "p", "q", "dp", "dq", "qi", "oth", "k"])(
      "refuses a key with the private member %s, even an empty one",
      (name) => {
        expect(reasonAgainst("RS256", { ...rsa.jwk, [name]: "" })).toBe(
          "key_is_private",
        );
      },
    );
  });

  describe("when an RSA key has an unusual size", () => {
    it("refuses 1024 bits as too few", () => {
      const { jwk } = jwkOf("rsa", 1024);
      expect(reasonAgainst("RS256", jwk)).toBe("key_too_small");
    });

    it("accepts at most 4096 bits, because larger keys make verification slow", () => {
      expect(reasonAgainst("RS256", jwkOf("rsa", 4096).jwk)).toBeUndefined();
      const n = Buffer.alloc(4104 / 8, 0xff).toString("base64url");
      expect(reasonAgainst("RS256", { ...rsa.jwk, n })).toBe("key_too_large");
    });

    it("refuses a long exponent, which makes verification as slow as signing", () => {
      const e = Buffer.alloc(200, 0xff).toString("base64url");
      expect(reasonAgainst("RS256", { ...rsa.jwk, e })).toBe("key_too_large");
    });
  });
});
