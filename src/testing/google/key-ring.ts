import { EmulatorInputError } from "./emulator-input";
import {
  newSigningKey,
  reuseSigningKeys,
  type GoogleJwk,
  type GoogleSigningKey,
} from "./signing-key";

/** The role of a key in the ring. */
export type GoogleKeyName = "current" | "next" | "previous";

/** How a rotation differs from the usual one. */
export interface KeyRotation {
  /** Withdraw the previous key immediately instead of at the next rotation. */
  readonly dropPrevious?: boolean;
  /**
   * Sign with a key that was not published before, as if Google had skipped
   * that step; the published next key remains the next one.
   */
  readonly unannounced?: boolean;
}

/**
 * Google's keys: the current one signs, the next one is already published, and
 * the previous one is published until the following rotation.
 */
export class GoogleKeyRing {
  #current: GoogleSigningKey;
  #next: GoogleSigningKey;
  #previous: GoogleSigningKey | undefined;
  #foreign: Promise<GoogleSigningKey> | undefined;
  readonly #withdrawn = new Set<string>();
  #isReleased = false;

  private constructor(current: GoogleSigningKey, next: GoogleSigningKey) {
    this.#current = current;
    this.#next = next;
  }

  /** A ring with a current and a next key. */
  static async create(): Promise<GoogleKeyRing> {
    const [current, next] = await Promise.all([
      newSigningKey(),
      newSigningKey(),
    ]);
    return new GoogleKeyRing(current, next);
  }

  get current(): GoogleSigningKey {
    return this.#current;
  }

  get next(): GoogleSigningKey {
    return this.#next;
  }

  /**
   * The key that signed before the last rotation; undefined before the first.
   */
  get previous(): GoogleSigningKey | undefined {
    return this.#previous;
  }

  /** The keys that the certs endpoints list. */
  get published(): readonly GoogleSigningKey[] {
    return [this.#current, this.#next, this.#previous].filter(
      (key): key is GoogleSigningKey =>
        key !== undefined && !this.#withdrawn.has(key.kid),
    );
  }

  /** A foreign key: created once, never published. */
  foreign(): Promise<GoogleSigningKey> {
    this.#foreign ??= newSigningKey();
    return this.#foreign;
  }

  /**
   * @throws EmulatorInputError if there is no such key, such as no previous one
   *   before the first rotation
   */
  named(name: GoogleKeyName): GoogleSigningKey {
    const key = this[name];
    if (key === undefined) {
      throw new EmulatorInputError(
        "There is no previous key before the first rotation.",
      );
    }
    return key;
  }

  /**
   * Makes the next key current, publishes a new next one and keeps the previous
   * one.
   */
  async rotate(rotation: KeyRotation = {}): Promise<void> {
    const fresh = await newSigningKey();
    this.#previous = this.#current;
    if (rotation.unannounced) {
      this.#current = fresh;
    } else {
      this.#current = this.#next;
      this.#next = fresh;
    }
    if (rotation.dropPrevious) {
      this.#withdrawn.add(this.#previous.kid);
    }
  }

  /**
   * Removes a key from the certs endpoints. It can still sign, to mint tokens
   * of a withdrawn key.
   *
   * @throws EmulatorInputError if the key is not published
   */
  retire(kid: string): void {
    if (!this.published.some((key) => key.kid === kid)) {
      throw new EmulatorInputError(
        `No published key has the id ${JSON.stringify(kid)}.`,
      );
    }
    this.#withdrawn.add(kid);
  }

  /** Releases the key pairs for emulators started later in this process. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const keys = [this.#current, this.#next, this.#previous];
    const foreign = await this.#foreign;
    reuseSigningKeys([...keys, foreign].filter((key) => key !== undefined));
  }

  /** The body of `/oauth2/v1/certs`: certificates by key id. */
  certificates(): Record<string, string> {
    return Object.fromEntries(
      this.published.map((key) => [key.kid, key.certificatePem]),
    );
  }

  /** The body of `/oauth2/v3/certs`. */
  jwks(): { keys: GoogleJwk[] } {
    return { keys: this.published.map((key) => key.jwk) };
  }
}
