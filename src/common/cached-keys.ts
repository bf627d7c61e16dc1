import type { KeyObject } from "node:crypto";
import { CachedAnswer, cooldownSeconds, isCooling } from "./cached-answer";
import type { Source } from "./cached-answer";
import type { Clock } from "./clock.port";

/** Public keys by the name that their owner gives them. */
export type KeySet = ReadonlyMap<string, KeyObject>;

/**
 * The published keys of somebody else, cached as he wishes. A key that is not
 * among them may be a new one: then he is asked, but not for every name that
 * somebody makes up.
 */
export class CachedKeys {
  private readonly keys: CachedAnswer<KeySet>;
  private unknownKeyRetryFrom = 0;

  /** @param owner on whose behalf, for the log */
  constructor(
    source: Source<KeySet>,
    private readonly clock: Clock,
    owner: string,
  ) {
    this.keys = new CachedAnswer(source, clock, owner);
  }

  /**
   * The key of this name.
   *
   * @returns null when its owner does not have it
   * @throws what the source's `unavailable` makes when he cannot be asked
   */
  async find(keyId: string): Promise<KeyObject | null> {
    const known = await this.keys.get();
    const key = known.get(keyId);
    if (key) return key;
    if (this.keys.isCooling) this.keys.refuse();
    // Perhaps it is in the answer that is under way. That one may have been
    // written before there was the key, so it is no proof.
    const coming = (await this.keys.coming)?.get(keyId);
    if (coming) return coming;
    // Asking is rationed, or every forged token would cost a fetch.
    const now = this.clock.now();
    const mayAsk = !isCooling(this.unknownKeyRetryFrom, now);
    if (mayAsk) this.unknownKeyRetryFrom = now + cooldownSeconds * 1000;
    const asking = mayAsk ? this.keys.renew() : this.keys.coming;
    return (await asking)?.get(keyId) ?? null;
  }
}
