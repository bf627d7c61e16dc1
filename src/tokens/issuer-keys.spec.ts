import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { keysOfJwks } from "./issuer-keys";

function newJwk(curve = "P-256") {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
  return publicKey.export({ format: "jwk" });
}

const jwk = newJwk();
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

describe("keysOfJwks", () => {
  it("finds every key that access tokens can be signed with", () => {
    const other = newJwk();
    const keys = keysOfJwks({
      keys: [
        { ...jwk, kid: "one", alg: "ES256", use: "sig" },
        { ...other, kid: "two" },
      ],
    });
    expect([...keys.keys()]).toEqual(["one", "two"]);
    const expected = createPublicKey({ key: other, format: "jwk" });
    expect(keys.get("two")?.equals(expected)).toBe(true);
  });

  it("takes of a key only what is public", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = { ...privateKey.export({ format: "jwk" }), kid: "leaked" };
    const found = keysOfJwks({ keys: [key] }).get("leaked");
    expect(found?.type).toBe("public");
  });

  it.each<[string, object]>([
    ["an RSA key", rsa.publicKey.export({ format: "jwk" })],
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
    ["no key for us", { keys: [{ kty: "RSA", kid: "one" }] }],
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
    ["a point that is on no curve", { keys: [{ ...jwk, x: jwk.y, kid: "1" }] }],
    [
      "21 keys",
      { keys: Array.from({ length: 21 }, (_, i) => ({ ...jwk, kid: `${i}` })) },
    ],
  ])("refuses %s", (_what, value) => {
    expect(() => keysOfJwks(value)).toThrow();
  });
});
