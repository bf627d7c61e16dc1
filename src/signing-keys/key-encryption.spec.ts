import {
  decryptPrivateKey,
  encryptPrivateKey,
  openPrivateKey,
} from "./key-encryption";

const secretKey = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
const der = Buffer.from("308187020100301306072a8648ce3d", "hex");

describe("encryptPrivateKey", () => {
  describe("when a key is stored", () => {
    it("encrypts it, and decrypts it with the same secret and kid", () => {
      const stored = encryptPrivateKey(secretKey, "k1", der);
      expect(stored).toHaveLength(12 + 16 + der.length);
      expect(stored.includes(der.subarray(0, 8))).toBe(false);
      expect(decryptPrivateKey(secretKey, "k1", stored)).toEqual(der);
    });

    it("never produces the same bytes twice", () => {
      const stored = Array.from({ length: 50 }, () =>
        encryptPrivateKey(secretKey, "k1", der),
      );
      const nonces = stored.map((bytes) => bytes.toString("hex", 0, 12));
      const texts = stored.map((bytes) => bytes.toString("hex", 28));
      expect(new Set(nonces).size).toBe(50);
      expect(new Set(texts).size).toBe(50);
    });
  });
});

describe("decryptPrivateKey", () => {
  // Written by the first release; updates must still read it.
  it("reads a key stored by the first release", () => {
    const stored = Buffer.from(
      "34955ae9652294c3a66071fc850e7b19f41981b4c075b5df37bd13ae470aef1bca1d5578fe0275b9b4c3c9",
      "hex",
    );
    expect(decryptPrivateKey(secretKey, "k1", stored)).toEqual(der);
  });

  describe("when an input differs", () => {
    const stored = encryptPrivateKey(secretKey, "k1", der);

    it.each(["x".repeat(32), `${secretKey} `, secretKey.toLowerCase()])(
      "returns null for the secret %j",
      (other) => expect(decryptPrivateKey(other, "k1", stored)).toBeNull(),
    );

    it.each(["", "k2", "K1", "k1 ", "k"])(
      "returns null for the kid %j",
      (kid) => {
        expect(decryptPrivateKey(secretKey, kid, stored)).toBeNull();
      },
    );

    it("returns null for a change of any byte", () => {
      for (const index of stored.keys()) {
        const changed = Buffer.from(stored);
        changed[index] = (stored[index] ?? 0) ^ 1;
        expect(decryptPrivateKey(secretKey, "k1", changed)).toBeNull();
      }
    });

    it("returns null for any shorter length", () => {
      for (const length of stored.keys()) {
        const cut = stored.subarray(0, length);
        expect(decryptPrivateKey(secretKey, "k1", cut)).toBeNull();
      }
    });

    it("returns null for an additional byte", () => {
      const longer = Buffer.concat([stored, Buffer.alloc(1)]);
      expect(decryptPrivateKey(secretKey, "k1", longer)).toBeNull();
    });
  });
});

describe("openPrivateKey", () => {
  const previousSecretKey = "n0Wb4Yq2RzT6uKc8XpE1sVh5LgM7jDaF";
  const stored = encryptPrivateKey(secretKey, "k1", der);
  const storedBefore = encryptPrivateKey(previousSecretKey, "k1", der);

  describe("when the secret key is being changed", () => {
    const secrets = { secretKey, previousSecretKey };

    it("decrypts with either secret, and returns which one", () => {
      expect(openPrivateKey(secrets, "k1", stored)).toEqual({
        der,
        outdated: false,
      });
      expect(openPrivateKey(secrets, "k1", storedBefore)).toEqual({
        der,
        outdated: true,
      });
    });

    it("returns null with a third secret", () => {
      const other = encryptPrivateKey("x".repeat(32), "k1", der);
      expect(openPrivateKey(secrets, "k1", other)).toBeNull();
    });
  });

  describe("when there is no previous secret", () => {
    it.each([null, undefined])(
      "decrypts only with the current secret: %j",
      (none) => {
        const secrets = { secretKey, previousSecretKey: none };
        expect(openPrivateKey(secrets, "k1", stored)?.outdated).toBe(false);
        expect(openPrivateKey(secrets, "k1", storedBefore)).toBeNull();
      },
    );
  });
});
