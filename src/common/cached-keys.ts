import type { KeyObject } from "node:crypto";
import { CachedAnswer, cooldownSeconds, isCooling } from "./cached-answer";
import type { Source } from "./cached-answer";
import type { Clock } from "./clock.port";

/** Public keys by their `kid`. */
export type KeySet = ReadonlyMap<string, KeyObject>;

/**
 * The published keys of an issuer, cached per Cache-Control. An unknown `kid` may
 * be a new key, so it causes a fetch; fetches are limited, because anyone can make
 * up a `kid`.
 */
export class CachedKeys {
  private readonly keys: CachedAnswer<KeySet>;
  private unknownKeyRetryFrom = 0;

  /** @param owner the class that uses it, for the log */
  constructor(
    source: Source<KeySet>,
    private readonly clock: Clock,
    owner: string,
  ) {
    this.keys = new CachedAnswer(source, clock, owner);
  }

  /**
   * The key with this `kid`.
   *
   * @returns null when the issuer does not publish it
   * @throws the error of `unavailable` when the issuer is unreachable
   */
  async find(keyId: string): Promise<KeyObject | null> {
    const known = await this.keys.get();
    const key = known.get(keyId);
    if (key) return key;
    if (this.keys.isCooling) this.keys.refuse();
    // It may be in the answer being fetched. If it is not, the answer may still
    // be older than the key.
    const pending = (await this.keys.pending)?.get(keyId);
    if (pending) return pending;
    // Otherwise every forged token would cost a fetch.
    const now = this.clock.now();
    const mayFetch = !isCooling(this.unknownKeyRetryFrom, now);
    if (mayFetch) this.unknownKeyRetryFrom = now + cooldownSeconds * 1000;
    const answer = mayFetch ? this.keys.renew() : this.keys.pending;
    return (await answer)?.get(keyId) ?? null;
  }
}
