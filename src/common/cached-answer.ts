import { Logger } from "@nestjs/common";
import type { Clock } from "./clock.port";

/** Life of an answer that gives none, in seconds. */
const defaultMaxAgeSeconds = 300;
/** Least time between two attempts after a failure, in seconds. */
export const cooldownSeconds = 10;

/** What a source says. */
export interface Answer<Value> {
  readonly value: Value;
  /** How long it may be kept, in seconds; absent when it does not say. */
  readonly maxAgeSeconds: number | undefined;
}

export interface Source<Value> {
  /** What it is, for the log: `Google's signing keys`. */
  readonly name: string;
  /** How long an answer that cannot be renewed stays in use, in seconds. */
  readonly maxStaleSeconds: number;
  /** Asks it. Throws when it cannot be had, or is not what it should be. */
  ask(): Promise<Answer<Value>>;
  /** What to throw when there is nothing to go by. */
  unavailable(retryAfterSeconds: number, cause?: unknown): Error;
}

interface Kept<Value> {
  readonly value: Value;
  /** Milliseconds since 1970, as all of these. */
  readonly fetchedAt: number;
  /** Renewed in the background from here on… */
  readonly renewFrom: number;
  /** …obeyed without asking until here… */
  readonly freshUntil: number;
  /** …and still believed until here, while the source cannot be reached. */
  readonly usableUntil: number;
}

/**
 * The answer of another server: asked for once per life of the answer, however
 * many wait for it. It is renewed before it is over; an outage is bridged by
 * the old one for a while, and then told as an outage.
 */
export class CachedAnswer<Value> {
  private readonly logger: Logger;
  private kept: Kept<Value> | undefined;
  private asking: Promise<Value> | undefined;
  private retryFrom = 0;

  /** @param owner on whose behalf, for the log */
  constructor(
    private readonly source: Source<Value>,
    private readonly clock: Clock,
    owner: string,
  ) {
    this.logger = new Logger(owner);
  }

  /** Whether the source has failed so lately that it is left alone. */
  get isCooling(): boolean {
    return isCooling(this.retryFrom, this.clock.now());
  }

  /** The answer that is being waited for at this moment, if any. @throws what `unavailable` makes */
  get coming(): Promise<Value> | undefined {
    return this.asking?.catch((cause: unknown) => this.refuse(cause));
  }

  /** What it says, as far as that is known. @throws what `unavailable` makes */
  async get(): Promise<Value> {
    const now = this.clock.now();
    const { kept } = this;
    // From the future: the clock has jumped back, and its life with it.
    if (kept && now >= kept.fetchedAt && now < kept.freshUntil) {
      if (now >= kept.renewFrom && !this.isCooling) {
        this.ask().catch(() => undefined);
      }
      return kept.value;
    }
    const stale = this.stale();
    if (this.isCooling) return (stale ?? this.refuse()).value;
    if (stale && this.retryFrom !== 0) {
      // The last attempt has failed: nobody waits for how the next one ends.
      this.ask().catch(() => undefined);
      return stale.value;
    }
    try {
      return await this.ask();
    } catch (cause) {
      return (this.stale() ?? this.refuse(cause)).value;
    }
  }

  /** What it says now, whatever is known. @throws what `unavailable` makes */
  async renew(): Promise<Value> {
    return this.ask().catch((cause: unknown) => this.refuse(cause));
  }

  /** @throws what the source's `unavailable` makes of it */
  refuse(cause?: unknown): never {
    throw this.source.unavailable(cooldownSeconds, cause);
  }

  private stale(): Kept<Value> | undefined {
    const { kept } = this;
    if (!kept || this.clock.now() < kept.usableUntil) return kept;
    this.kept = undefined;
    return undefined;
  }

  private ask(): Promise<Value> {
    this.asking ??= this.askNow().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  private async askNow(): Promise<Value> {
    try {
      const { value, maxAgeSeconds } = await this.source.ask();
      const now = this.clock.now();
      const maxAge = Math.max(maxAgeSeconds ?? defaultMaxAgeSeconds, 1) * 1000;
      this.kept = {
        value,
        fetchedAt: now,
        renewFrom: now + maxAge * 0.9,
        freshUntil: now + maxAge,
        usableUntil: now + maxAge + this.source.maxStaleSeconds * 1000,
      };
      if (this.retryFrom !== 0) {
        this.logger.log(`${this.source.name} are here again`);
      }
      this.retryFrom = 0;
      return value;
    } catch (cause) {
      this.retryFrom = this.clock.now() + cooldownSeconds * 1000;
      const stale = this.stale();
      this.logger.warn(
        { err: cause },
        stale
          ? `${this.source.name} cannot be renewed; the known ones are good until ${new Date(stale.usableUntil).toISOString()}`
          : `${this.source.name} cannot be had; nobody can sign in`,
      );
      throw cause;
    }
  }
}

/**
 * Whether a cool-down that ends at `until` is on. One that seems longer than
 * any is left over from before the clock jumped back.
 */
export function isCooling(until: number, now: number): boolean {
  return now < until && until <= now + cooldownSeconds * 1000;
}
