import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type {
  PublishedKey,
  SigningKey,
  SigningKeys,
  VerificationKey,
} from "../../signing-keys/signing-keys.port";
import { race } from "./contract-runs";
import { afterEach, beforeEach, describe, expect, it } from "./test-globals";

/** The signing keys under test, and what the tests need. */
export interface SigningKeysUnderTest {
  /** Initialized, as after the start of the service. */
  readonly keys: SigningKeys;
  /** Rotates the keys, as on schedule. */
  readonly rotate?: () => void | Promise<void>;
  /** Called after each test. */
  dispose(): void | Promise<void>;
}

/** The options of {@link signingKeysContract}. */
export interface SigningKeysContract {
  readonly create: () => SigningKeysUnderTest | Promise<SigningKeysUnderTest>;
  /** Whether `create` returns `rotate`, to test rotations. */
  readonly rotates?: boolean;
}

/** The private members of a JWK (RFC 7518 §6). */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/**
 * The contract tests of `SigningKeys`:
 *
 *     describe("KmsSigningKeys", () => {
 *       signingKeysContract({
 *         create: async () => {
 *           const keys = new KmsSigningKeys(kms, ["alias/tokens"]);
 *           await keys.onModuleInit();
 *           return { keys, dispose: () => undefined };
 *         },
 *       });
 *     });
 */
export function signingKeysContract(contract: SigningKeysContract): void {
  let made: SigningKeysUnderTest;

  beforeEach(async () => {
    made = await contract.create();
  });

  afterEach(async () => {
    await made.dispose();
  });

  currentContract(() => made.keys);
  publishedContract(() => made.keys);
  if (contract.rotates) rotationContract(() => made);
}

function currentContract(given: () => SigningKeys): void {
  describe("current", () => {
    it("creates signatures that the key with its id verifies", async () => {
      const current = given().current();
      expect(["ES256", "RS256"]).toContain(current.algorithm);
      for (const text of ["header.payload", "", "é".repeat(5000)]) {
        const input = Buffer.from(text);
        const signature = await current.sign(input);
        expect(isGood(given(), current, input, signature)).toBe(true);
        const other = Buffer.from(`${text}.`);
        expect(isGood(given(), current, other, signature)).toBe(false);
      }
    });

    it("creates JWS signatures: r and s, not DER", async () => {
      const current = given().current();
      // The length of a DER signature varies with its numbers.
      const signatures = await race(async (index) =>
        current.sign(Buffer.from(String(index))),
      );
      const lengths = new Set(signatures.map(({ length }) => length));
      expect(lengths.size).toBe(1);
      const bytes = current.algorithm === "ES256" ? 64 : 256;
      const [length = 0] = lengths;
      expect(length).toBeGreaterThanOrEqual(bytes);
      if (current.algorithm === "ES256") expect(length).toBe(64);
    });

    it("signs concurrently, each with its own input", async () => {
      const { keys, current } = { keys: given(), current: given().current() };
      const isEach = await race(async (index) => {
        const input = Buffer.from(`header.payload-${index}`);
        return isGood(keys, current, input, await current.sign(input));
      });
      expect(isEach.every((isIt) => isIt)).toBe(true);
    });

    it("is the same at each call, and returned synchronously", async () => {
      await Promise.resolve();
      const [one, other] = [given().current(), given().current()];
      expect([typeof one.kid, one.kid]).toEqual(["string", other.kid]);
      expect(one.kid.length).toBeGreaterThan(0);
      expect("then" in one).toBe(false);
    });
  });

  describe("find", () => {
    it("returns the public key and algorithm of every published key", async () => {
      await Promise.resolve();
      for (const published of given().published()) {
        const found = mustFind(given(), published.kid);
        expect(found.algorithm).toBe(published.alg);
        expect(found.publicKey.type).toBe("public");
        expect(spkiOf(found.publicKey)).toBe(spkiOf(keyOf(published)));
      }
    });

    it("returns null for an unknown id", async () => {
      await Promise.resolve();
      const { kid } = given().current();
      for (const unknown of [
        ...["", "unknown", "__proto__", "constructor", "toString", "length"],
        ...[kid.toUpperCase() + kid, ` ${kid}`, `${kid} `, kid.slice(1)],
        ...["../".repeat(20), "a".repeat(10_000), "0", "\0"],
      ]) {
        expect(given().find(unknown)).toBeNull();
      }
    });
  });
}

function publishedContract(given: () => SigningKeys): void {
  describe("published", () => {
    it("contains the signing key, and each key once", async () => {
      await Promise.resolve();
      const kids = given()
        .published()
        .map(({ kid }) => kid);
      expect(kids).toContain(given().current().kid);
      expect(new Set(kids).size).toBe(kids.length);
    });

    it("states the use and algorithm of each key, which is strong enough", async () => {
      await Promise.resolve();
      for (const published of given().published()) {
        expect(published.use).toBe("sig");
        const { asymmetricKeyDetails } = keyOf(published);
        if (published.alg === "ES256") {
          expect(published).toMatchObject({ kty: "EC", crv: "P-256" });
        } else {
          expect(published).toMatchObject({ kty: "RSA", alg: "RS256" });
          const bits = asymmetricKeyDetails?.modulusLength ?? 0;
          expect(bits).toBeGreaterThanOrEqual(2048);
        }
      }
    });

    it("does not expose private keys, even as JSON", async () => {
      await Promise.resolve();
      const shown = JSON.parse(JSON.stringify(given().published())) as Record<
        string,
        unknown
      >[];
      expect(shown.length).toBeGreaterThan(0);
      for (const [index, key] of shown.entries()) {
        expect(privateMembers.filter((name) => name in key)).toEqual([]);
        expect(key).toEqual({ ...given().published()[index] });
      }
    });
  });
}

function rotationContract(given: () => SigningKeysUnderTest): void {
  describe("a rotation", () => {
    it("signs with a key that was already published, and keeps the previous one", async () => {
      const { keys, rotate } = given();
      if (!rotate) throw new Error("create() does not return rotate");
      const before = keys.current();
      const known = keys.published().map(({ kid }) => kid);
      const input = Buffer.from("header.payload");
      const signature = await before.sign(input);
      await rotate();
      const current = keys.current();
      expect(current.kid).not.toBe(before.kid);
      expect(known).toContain(current.kid);
      expect(isGood(keys, current, input, await current.sign(input))).toBe(
        true,
      );
      // Its tokens remain valid.
      expect(isGood(keys, before, input, signature)).toBe(true);
      const kids = keys.published().map(({ kid }) => kid);
      expect(kids).toContain(before.kid);
    });
  });
}

function mustFind(keys: SigningKeys, kid: string): VerificationKey {
  const found = keys.find(kid);
  if (!found) throw new Error(`The key ${kid} was not found`);
  return found;
}

function isGood(
  keys: SigningKeys,
  { kid, algorithm }: SigningKey,
  input: Buffer,
  signature: Uint8Array,
): boolean {
  const found = mustFind(keys, kid);
  if (found.algorithm !== algorithm) return false;
  const key = { key: found.publicKey, dsaEncoding: "ieee-p1363" as const };
  return verify("sha256", input, key, signature);
}

function keyOf(published: PublishedKey): KeyObject {
  return createPublicKey({ key: published, format: "jwk" });
}

function spkiOf(key: KeyObject): string {
  return String(key.export({ type: "spki", format: "pem" }));
}
