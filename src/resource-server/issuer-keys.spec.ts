import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { keysOfJwks } from "./issuer-keys";

function newJwk(curve = "P-256") {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
  return publicKey.export({ format: "jwk" });
}

const jwk = newJwk();
const newRsaJwk = (modulusLength: number) =>
  generateKeyPairSync("rsa", { modulusLength }).privateKey.export({
    format: "jwk",
  });
const { n, e, ...rsaSecrets } = newRsaJwk(2048);
const rsa = { kty: "RSA", n, e };

describe("keysOfJwks", () => {
  it("finds every key that access tokens can be signed with", () => {
    const other = newJwk();
    const keys = keysOfJwks({
      keys: [
        { ...jwk, kid: "one", alg: "ES256", use: "sig" },
        { ...other, kid: "two" },
        { ...rsa, kid: "three", alg: "RS256", use: "sig" },
        { ...rsa, kid: "four" },
      ],
    });
    expect([...keys.keys()]).toEqual(["one", "two", "three", "four"]);
    const expected = createPublicKey({ key: other, format: "jwk" });
    expect(keys.get("two")?.equals(expected)).toBe(true);
  });

  it("keeps only the public members of a key", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const keys = [
      { ...privateKey.export({ format: "jwk" }), kid: "leaked" },
      { ...rsaSecrets, ...rsa, kid: "leaked too" },
      { ...rsa, d: "not even a key", kid: "odd" },
    ];
    const found = keysOfJwks({ keys });
    expect([...found.values()].map(({ type }) => type)).toEqual(
      keys.map(() => "public"),
    );
  });

  it.each<[string, object]>([
    ["an RSA key of 1024 bits", newRsaJwk(1024)],
    ["an RSA key of 2040 bits", newRsaJwk(2040)],
    ["an RSA key for PS256", { ...rsa, alg: "PS256" }],
    ["an RSA key for RS512", { ...rsa, alg: "RS512" }],
    ["an RSA key with alg ES256", { ...rsa, alg: "ES256" }],
    ["an RSA key for HS256", { ...rsa, alg: "HS256" }],
    ["an RSA key for encryption", { ...rsa, use: "enc" }],
    ["a symmetric key", { kty: "oct", k: "c2VjcmV0", alg: "HS256" }],
    ["an Ed25519 key", { kty: "OKP", crv: "Ed25519", x: jwk.x }],
    ["an EC key with alg RS256", { ...jwk, alg: "RS256" }],
    ["another curve", newJwk("P-384")],
    ["another algorithm", { ...jwk, alg: "ES384" }],
    ["a key for encryption", { ...jwk, use: "enc" }],
    ["a key without a kid", { ...jwk, kid: undefined }],
    ["a key whose kid is a number", { ...jwk, kid: 1 }],
    ["null", { keys: null }],
  ])("ignores %s", (_what, other) => {
    const keys = [
      { kid: "other", ...other },
      { ...jwk, kid: "ours" },
    ];
    expect([...keysOfJwks({ keys }).keys()]).toEqual(["ours"]);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["a string", "keys"],
    ["a list", [{ ...jwk, kid: "one" }]],
    ["keys that are not a list", { keys: { ...jwk, kid: "one" } }],
    ["an empty list", { keys: [] }],
    ["no usable key", { keys: [{ ...rsa, kid: "one", use: "enc" }] }],
    [
      "only a key that is too small",
      { keys: [{ ...newRsaJwk(1024), kid: "1" }] },
    ],
    ["an empty kid", { keys: [{ ...jwk, kid: "" }] }],
    ["a kid of 129 characters", { keys: [{ ...jwk, kid: "x".repeat(129) }] }],
    [
      "two keys with one kid",
      {
        keys: [
          { ...jwk, kid: "one" },
          { ...newJwk(), kid: "one" },
        ],
      },
    ],
    ["an RSA key without n and e", { keys: [{ kty: "RSA", kid: "1" }] }],
    [
      "an EC and an RSA key with one kid",
      {
        keys: [
          { ...jwk, kid: "one" },
          { ...rsa, kid: "one" },
        ],
      },
    ],
    [
      "a point that is not on the curve",
      { keys: [{ ...jwk, x: jwk.y, kid: "1" }] },
    ],
    [
      "21 keys",
      { keys: Array.from({ length: 21 }, (_, i) => ({ ...jwk, kid: `${i}` })) },
    ],
  ])("refuses %s", (_what, value) => {
    expect(() => keysOfJwks(value)).toThrow();
  });
});
