import { generateKeyPairSync } from "node:crypto";
import {
  encryptPrivateKey,
  type KeySecrets,
  macAgeOf,
  macOf,
  openPrivateKey,
} from "./key-encryption";
import { thumbprintOf } from "./published-key";
import type { SigningKeyChange } from "./signing-key-change";
import { SigningKeyRows, type StoredKey } from "./signing-key.rows";

/** Thrown if the stored keys cannot be used because their secret is missing. */
export class UnreadableSigningKeysError extends Error {
  override readonly name = "UnreadableSigningKeysError";

  constructor() {
    super(
      "The signing keys in the database were encrypted under another SECRET_KEY. Set that one as SECRET_KEY_PREVIOUS; or, if it is lost, delete the rows of signing_keys: tokens in use then stop working.",
    );
  }
}

/**
 * The state transitions of keys, within one transaction. Each leaves the keys
 * consistent.
 */
export class SigningKeyTransaction {
  private readonly done: SigningKeyChange[] = [];

  constructor(
    private readonly rows: SigningKeyRows,
    private readonly secrets: KeySecrets,
    private readonly onChange: (change: SigningKeyChange) => Promise<void>,
  ) {}

  /** The changes made so far. */
  get changes(): readonly SigningKeyChange[] {
    return this.done;
  }

  all(): Promise<StoredKey[]> {
    return this.rows.all();
  }

  /** Creates a key. @returns its kid */
  async create(state: "next" | "current"): Promise<string> {
    const { privateKey, publicKey, kid } = newKeyPair();
    const publicJwk = publicKey.export({ format: "jwk" });
    const named = { kid, algorithm: "ES256" as const, publicJwk };
    const key = {
      ...named,
      mac: macOf(this.secrets.secretKey, named),
      encryptedPrivateKey: encryptPrivateKey(
        this.secrets.secretKey,
        kid,
        privateKey.export({ format: "der", type: "pkcs8" }),
      ),
    };
    await this.rows.insert(key, state);
    await this.tell({ kind: "created", kid, state });
    return kid;
  }

  /**
   * Makes the next key the signing key instead of the current one, and creates
   * a new next key.
   *
   * @param current null if no key signs
   * @param next if absent, a key is created that signs without having been
   *   published before
   * @returns the kid of the key that signs now
   */
  async succeed(
    current: StoredKey | null,
    next: StoredKey | undefined,
    cause: Extract<SigningKeyChange, { kind: "rotated" }>["cause"],
  ): Promise<string> {
    if (current) await this.rows.retire(current.kid);
    if (next) {
      await this.rows.promote(next.kid);
      const previousKid = current?.kid ?? null;
      await this.tell({ kind: "rotated", kid: next.kid, previousKid, cause });
    }
    const kid = next?.kid ?? (await this.create("current"));
    await this.create("next");
    await this.rows.deleteExpired();
    return kid;
  }

  async remove({ kid, state }: StoredKey): Promise<void> {
    await this.rows.delete(kid);
    await this.tell({ kind: "removed", kid, state });
  }

  /**
   * Re-encrypts and re-authenticates keys of the previous secret with the
   * current one. A retired key with a MAC of neither is left unchanged; it is
   * not accepted.
   *
   * @throws UnreadableSigningKeysError if a key belongs to neither: a secret
   *   that does not fit the other keys must not be used to encrypt
   */
  async reEncrypt(keys: readonly StoredKey[]): Promise<void> {
    const { secretKey } = this.secrets;
    for (const key of keys) {
      const { kid, encryptedPrivateKey } = key;
      const macAge = macAgeOf(this.secrets, key);
      const opened =
        encryptedPrivateKey &&
        openPrivateKey(this.secrets, kid, encryptedPrivateKey);
      if (encryptedPrivateKey && !(opened && macAge)) {
        throw new UnreadableSigningKeysError();
      }
      if (!macAge || (macAge === "current" && !opened?.outdated)) continue;
      await this.rows.protect(
        kid,
        opened && encryptPrivateKey(secretKey, kid, opened.der),
        macOf(secretKey, key),
      );
      await this.tell({ kind: "re-encrypted", kid });
    }
  }

  private async tell(change: SigningKeyChange): Promise<void> {
    await this.onChange(change);
    this.done.push(change);
  }
}

/** A key pair whose id can be given to a command: `-x` would be an option. */
function newKeyPair() {
  for (;;) {
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const kid = thumbprintOf(pair.publicKey, "ES256");
    if (!kid.startsWith("-")) return { ...pair, kid };
  }
}
