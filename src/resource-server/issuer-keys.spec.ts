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

  it("takes of a key only what is public", () => {
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
    ["an RSA key that says ES256", { ...rsa, alg: "ES256" }],
    ["an RSA key for HS256", { ...rsa, alg: "HS256" }],
    ["an RSA key for encryption", { ...rsa, use: "enc" }],
    ["a secret", { kty: "oct", k: "c2VjcmV0", alg: "HS256" }],
    ["a curve that signs", { kty: "OKP", crv: "Ed25519", x: jwk.x }],
    ["a key that says RS256", { ...jwk, alg: "RS256" }],
    ["another curve", newJwk("P-384")],
    ["another algorithm", { ...jwk, alg: "ES384" }],
    ["a key for encryption", { ...jwk, use: "enc" }],
    ["a key without a name", { ...jwk, kid: undefined }],
    ["a key whose name is a number", { ...jwk, kid: 1 }],
    ["null", { keys: null }],
  ])("leaves %s to others", (_what, other) => {
    const keys = [
      { kid: "other", ...other },
      { ...jwk, kid: "ours" },
    ];
    expect([...keysOfJwks({ keys }).keys()]).toEqual(["ours"]);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "keys"],
    ["a list", [{ ...jwk, kid: "one" }]],
    ["no list", { keys: { ...jwk, kid: "one" } }],
    ["an empty list", { keys: [] }],
    ["no key for us", { keys: [{ ...rsa, kid: "one", use: "enc" }] }],
    [
      "only a key that is too small",
      { keys: [{ ...newRsaJwk(1024), kid: "1" }] },
    ],
    ["an empty name", { keys: [{ ...jwk, kid: "" }] }],
    ["a name of 129 characters", { keys: [{ ...jwk, kid: "x".repeat(129) }] }],
    [
      "two keys of one name",
      {
        keys: [
          { ...jwk, kid: "one" },
          { ...newJwk(), kid: "one" },
        ],
      },
    ],
    ["an RSA key without its numbers", { keys: [{ kty: "RSA", kid: "1" }] }],
    [
      "an elliptic and an RSA key of one name",
      {
        keys: [
          { ...jwk, kid: "one" },
          { ...rsa, kid: "one" },
        ],
      },
    ],
    ["a point that is on no curve", { keys: [{ ...jwk, x: jwk.y, kid: "1" }] }],
    [
      "21 keys",
      { keys: Array.from({ length: 21 }, (_, i) => ({ ...jwk, kid: `${i}` })) },
    ],
  ])("refuses %s", (_what, value) => {
    expect(() => keysOfJwks(value)).toThrow();
  });
});
