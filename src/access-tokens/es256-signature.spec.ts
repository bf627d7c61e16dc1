import { generateKeyPairSync, sign, verify } from "node:crypto";
import { es256SignatureFromDer } from "./es256-signature";

const { privateKey, publicKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
});
const text = Buffer.from("header.payload");
const verifier = { key: publicKey, dsaEncoding: "ieee-p1363" as const };

describe("es256SignatureFromDer", () => {
  describe("when it is a signature", () => {
    // Enough signatures that some have an integer with a leading zero or fewer
    // bytes.
    it("returns 64 bytes that verify, for integers of any length", () => {
      const lengths = new Set<number>();
      for (let i = 0; i < 2000; i++) {
        const der = sign("sha256", text, privateKey);
        lengths.add(der.length);
        const signature = es256SignatureFromDer(new Uint8Array(der));
        expect(signature).toHaveLength(64);
        expect(verify("sha256", text, verifier, signature)).toBe(true);
      }
      expect(lengths.size).toBeGreaterThan(2);
    });

    it("pads small integers", () => {
      const der = Buffer.from("3007020101020200ff", "hex");
      const zeros = "00".repeat(31);
      expect(es256SignatureFromDer(der).toString("hex")).toBe(
        `${zeros}01${zeros}ff`,
      );
    });
  });

  describe("when it is malformed", () => {
    const der = sign("sha256", text, privateKey);
    const larger = generateKeyPairSync("ec", { namedCurve: "P-384" });

    it.each<[string, Buffer]>([
      ["nothing", Buffer.alloc(0)],
      ["zeros", Buffer.alloc(70)],
      ["r and s", es256SignatureFromDer(der)],
      ["a signature of P-384", sign("sha256", text, larger.privateKey)],
      ["a trailing byte", Buffer.concat([der, Buffer.alloc(1)])],
      ["an integer without digits", Buffer.from("300502000201ff", "hex")],
      ["three integers", Buffer.from("3009020101020101020101", "hex")],
    ])("refuses %s", (_what, bytes) => {
      expect(() => es256SignatureFromDer(bytes)).toThrow(RangeError);
    });

    it("refuses a truncated signature of any length", () => {
      for (const length of der.keys()) {
        const cut = der.subarray(0, length);
        expect(() => es256SignatureFromDer(cut)).toThrow(RangeError);
      }
    });
  });
});
