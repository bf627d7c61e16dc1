import { createHmac } from "node:crypto";
import { deriveKey } from "./secret-key";

const secretKey = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";

/** RFC 5869 in two lines: extract, then one block of expand. */
function hkdf(secret: string, salt: string, info: string): Buffer {
  const extracted = createHmac("sha256", salt).update(secret).digest();
  return createHmac("sha256", extracted).update(`${info}\u0001`).digest();
}

describe("deriveKey", () => {
  describe("when the input is the same", () => {
    it("returns the key of RFC 5869", () => {
      const key = deriveKey(secretKey, "refresh-token");
      expect(key).toHaveLength(32);
      expect(key).toEqual(hkdf(secretKey, "nest-google-auth", "refresh-token"));
    });

    // Data encrypted with the key must stay readable after an update.
    it("never changes", () => {
      expect(deriveKey(secretKey, "refresh-token").toString("hex")).toBe(
        "6b04c5f141759dbe305644b3c0e96ea5ea27dcef1691e7fd9116724f86f30c34",
      );
    });

    it("encodes a non-ASCII secret as UTF-8", () => {
      const secret = "парольиздлинныхслов";
      expect(deriveKey(secret, "p")).toEqual(
        hkdf(secret, "nest-google-auth", "p"),
      );
    });
  });

  describe("when the secret is too short", () => {
    it.each(["", "x".repeat(31)])("refuses %j", (secret) => {
      expect(() => deriveKey(secret, "refresh-token")).toThrow(RangeError);
    });
  });

  describe("when an input differs", () => {
    it.each([
      ["purpose", secretKey, "signing-key-encryption"],
      ["purpose, in case", secretKey, "Refresh-Token"],
      ["secret", `${secretKey.slice(0, -1)}B`, "refresh-token"],
      ["secret, by a space", `${secretKey} `, "refresh-token"],
    ])("returns another key: the %s", (_what, secret, purpose) => {
      const key = deriveKey(secretKey, "refresh-token");
      expect(deriveKey(secret, purpose).equals(key)).toBe(false);
    });
  });
});
