import { generateKeyPairSync, sign, verify } from "node:crypto";
import { es256SignatureFromDer } from "./es256-signature";

const { privateKey, publicKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
});
const text = Buffer.from("header.payload");
const verifier = { key: publicKey, dsaEncoding: "ieee-p1363" as const };

describe("es256SignatureFromDer", () => {
  describe("when it is a signature", () => {
    // Of so many, some have an integer with a zero before it or bytes missing.
    it("gives the 64 bytes that verify, whatever the integers are", () => {
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

    it("fills up small integers", () => {
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
      ["one of P-384", sign("sha256", text, larger.privateKey)],
      ["one with a byte more", Buffer.concat([der, Buffer.alloc(1)])],
      ["an integer without digits", Buffer.from("300502000201ff", "hex")],
      ["three integers", Buffer.from("3009020101020101020101", "hex")],
    ])("refuses %s", (_what, bytes) => {
      expect(() => es256SignatureFromDer(bytes)).toThrow(RangeError);
    });

    it("refuses one that is cut anywhere", () => {
      for (const length of der.keys()) {
        const cut = der.subarray(0, length);
        expect(() => es256SignatureFromDer(cut)).toThrow(RangeError);
      }
    });
  });
});
