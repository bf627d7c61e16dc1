import { createPublicKey, type KeyObject } from "node:crypto";
import { publishedKey } from "./published-key";
import type { StoredKey } from "./signing-key.rows";
import {
  localSigningKey,
  type PublishedKey,
  type SigningKey,
  type VerificationKey,
} from "./signing-keys.port";

interface AcceptedKey extends VerificationKey {
  readonly published: PublishedKey;
  /** Milliseconds since 1970. */
  readonly acceptedUntil: number;
}

/** A snapshot of the keys, ready for use. */
export class SigningKeySet {
  private constructor(
    /** The key that signs; null while none can be decrypted. */
    readonly signingKey: SigningKey | null,
    private readonly keys: ReadonlyMap<string, AcceptedKey>,
    /** Since when it signs; null if unknown. */
    readonly signsSince: Date | null,
  ) {}

  /**
   * @param open returns the private half of a key; null if it cannot be
   *   decrypted
   */
  static of(
    stored: readonly StoredKey[],
    open: (key: StoredKey) => KeyObject | null,
  ): SigningKeySet {
    const current = stored.find(({ state }) => state === "current");
    const privateKey = current && open(current);
    return new SigningKeySet(
      privateKey
        ? localSigningKey(current.kid, current.algorithm, privateKey)
        : null,
      new Map(inOrder(stored).map((key) => [key.kid, accepted(key)])),
      current?.notBefore ?? null,
    );
  }

  /** This set, signing with the key of another if it contains that key. */
  signingAs({ signingKey, signsSince }: SigningKeySet): SigningKeySet {
    return signingKey && this.keys.has(signingKey.kid)
      ? new SigningKeySet(signingKey, this.keys, signsSince)
      : this;
  }

  has(kid: string): boolean {
    return this.keys.has(kid);
  }

  /** Whether the set contains this key, including the same public half. */
  knows({ kid, algorithm, publicJwk }: StoredKey): boolean {
    const key = this.keys.get(kid);
    return (
      key?.algorithm === algorithm &&
      key.publicKey.equals(createPublicKey({ key: publicJwk, format: "jwk" }))
    );
  }

  /** @param now milliseconds since 1970 */
  find(kid: string, now: number): VerificationKey | null {
    const key = this.keys.get(kid);
    return key && now < key.acceptedUntil ? key : null;
  }

  /** The current key first, for clients that use the first one. */
  published(now: number): readonly PublishedKey[] {
    return [...this.keys.values()]
      .filter(({ acceptedUntil }) => now < acceptedUntil)
      .map(({ published }) => published);
  }
}

const order = ["current", "next", "previous"];

function inOrder(stored: readonly StoredKey[]): StoredKey[] {
  return stored.toSorted(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state),
  );
}

function accepted(key: StoredKey): AcceptedKey {
  const { kid, algorithm, publicJwk, expiresAt } = key;
  const publicKey = createPublicKey({ key: publicJwk, format: "jwk" });
  return {
    algorithm,
    publicKey,
    published: publishedKey(kid, algorithm, publicKey),
    acceptedUntil: expiresAt?.getTime() ?? Infinity,
  };
}
