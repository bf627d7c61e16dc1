import { Logger } from "@nestjs/common";
import type { Clock } from "./clock.port";

/** The lifetime of an answer that states none, in seconds. */
const defaultMaxAgeSeconds = 300;
/** The pause after a failed attempt, in seconds. */
export const cooldownSeconds = 10;

/** The answer of a source. */
export interface Answer<Value> {
  readonly value: Value;
  /** How long it may be cached, in seconds; undefined when it does not state it. */
  readonly maxAgeSeconds: number | undefined;
}

export interface Source<Value> {
  /** What it is, for the log, in the plural: `Google's signing keys`. */
  readonly name: string;
  /** How long an expired answer stays in use while the source fails, in seconds. */
  readonly maxStaleSeconds: number;
  /** Fetches it. Throws when it is unavailable or malformed. */
  ask(): Promise<Answer<Value>>;
  /** What to throw when there is no usable answer. */
  unavailable(retryAfterSeconds: number, cause?: unknown): Error;
}

interface Kept<Value> {
  readonly value: Value;
  /** Milliseconds since 1970; likewise the others. */
  readonly fetchedAt: number;
  /** From here on it is renewed in the background… */
  readonly renewFrom: number;
  /** …until here it is used without waiting… */
  readonly freshUntil: number;
  /** …and until here it is used if the source is unreachable. */
  readonly usableUntil: number;
}

/**
 * A cached answer of another server: fetched once per lifetime, however many
 * callers wait for it, and renewed before it expires. During an outage the old
 * answer stays in use for a while; then callers get an error.
 */
export class CachedAnswer<Value> {
  private readonly logger: Logger;
  private kept: Kept<Value> | undefined;
  private asking: Promise<Value> | undefined;
  private retryFrom = 0;

  /** @param owner the class that uses it, for the log */
  constructor(
    private readonly source: Source<Value>,
    private readonly clock: Clock,
    owner: string,
  ) {
    this.logger = new Logger(owner);
  }

  /** Whether the source failed a moment ago and is left alone for now. */
  get isCooling(): boolean {
    return isCooling(this.retryFrom, this.clock.now());
  }

  /** The answer being fetched right now, if any. @throws the error of `unavailable` */
  get pending(): Promise<Value> | undefined {
    return this.asking?.catch((cause: unknown) => this.refuse(cause));
  }

  /** The answer, from the cache if possible. @throws the error of `unavailable` */
  async get(): Promise<Value> {
    const now = this.clock.now();
    const { kept } = this;
    // Fetched in the future means that the clock was set back: its lifetime is unknown.
    if (kept && now >= kept.fetchedAt && now < kept.freshUntil) {
      if (now >= kept.renewFrom && !this.isCooling) {
        this.ask().catch(() => undefined);
      }
      return kept.value;
    }
    const stale = this.stale();
    if (this.isCooling) return (stale ?? this.refuse()).value;
    if (stale && this.retryFrom !== 0) {
      // The last attempt failed: do not let callers wait for the next one.
      this.ask().catch(() => undefined);
      return stale.value;
    }
    try {
      return await this.ask();
    } catch (cause) {
      return (this.stale() ?? this.refuse(cause)).value;
    }
  }

  /** A new answer, whatever is cached. @throws the error of `unavailable` */
  async renew(): Promise<Value> {
    return this.ask().catch((cause: unknown) => this.refuse(cause));
  }

  /** @throws the error of `unavailable` */
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
        this.logger.log(`${this.source.name} are available again`);
      }
      this.retryFrom = 0;
      return value;
    } catch (cause) {
      this.retryFrom = this.clock.now() + cooldownSeconds * 1000;
      const stale = this.stale();
      this.logger.warn(
        { err: cause },
        stale
          ? `${this.source.name} cannot be renewed; the cached ones are used until ${new Date(stale.usableUntil).toISOString()}`
          : `${this.source.name} are unavailable and none are cached`,
      );
      throw cause;
    }
  }
}

/**
 * Whether a cool-down that ends at `until` still holds. One that seems too long
 * was set before the clock was set back.
 */
export function isCooling(until: number, now: number): boolean {
  return now < until && until <= now + cooldownSeconds * 1000;
}
