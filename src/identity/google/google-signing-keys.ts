import { type KeyObject, X509Certificate } from "node:crypto";
import { Inject, Injectable, Logger } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { Clock } from "../../common/clock.port";
import { fetchCertificates } from "./google-certificates";
import { IDENTITY_OPTIONS, type IdentityOptions } from "../identity.options";

/** Life of a key set whose answer gives none, in seconds. */
const defaultMaxAgeSeconds = 300;
/** How long a key set that cannot be renewed stays in use, in seconds. */
const maxStaleSeconds = 24 * 3600;
/** Least time between two fetches after a failure or for unknown keys, in seconds. */
const cooldownSeconds = 10;

interface KeySet {
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** Milliseconds since 1970, as all of these. */
  readonly fetchedAt: number;
  /** Renewed in the background from here on… */
  readonly renewFrom: number;
  /** …obeyed without asking until here (Google's Cache-Control)… */
  readonly freshUntil: number;
  /** …and still believed until here, while Google cannot be reached. */
  readonly usableUntil: number;
}

/**
 * Google's public keys: one fetch per cache life for the whole process, however
 * many sign-ins wait for it; an outage is never mistaken for a bad token.
 */
@Injectable()
export class GoogleSigningKeys {
  private readonly logger = new Logger(GoogleSigningKeys.name);
  private keySet: KeySet | undefined;
  private fetching: Promise<KeySet> | undefined;
  private retryFrom = 0;
  private unknownKeyRetryFrom = 0;

  constructor(
    @Inject(IDENTITY_OPTIONS) private readonly options: IdentityOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * The key that Google calls `keyId`.
   *
   * @throws AuthError `invalid_token` (`unknown_key`) when Google does not have
   *   it, `identity_provider_unavailable` when Google cannot be asked
   */
  async find(keyId: string): Promise<KeyObject> {
    const known = await this.current();
    const key = known.keys.get(keyId);
    if (key) return key;
    if (isCooling(this.retryFrom, this.clock.now())) this.unavailable();
    // Perhaps it is in the answer that is under way. That one may have been
    // written before Google began to sign with the key, so it is no proof.
    const coming = await this.keyIn(this.fetching, keyId);
    if (coming) return coming;
    // Asking is rationed, or every forged token would cost a fetch.
    const now = this.clock.now();
    const mayAsk = !isCooling(this.unknownKeyRetryFrom, now);
    if (mayAsk) this.unknownKeyRetryFrom = now + cooldownSeconds * 1000;
    const asking = mayAsk ? this.fetch() : this.fetching;
    const found = await this.keyIn(asking, keyId);
    if (found) return found;
    throw new AuthError("invalid_token", { reason: "unknown_key" });
  }

  private async keyIn(
    fetching: Promise<KeySet> | undefined,
    keyId: string,
  ): Promise<KeyObject | undefined> {
    try {
      return (await fetching)?.keys.get(keyId);
    } catch (cause) {
      this.unavailable(cause);
    }
  }

  private async current(): Promise<KeySet> {
    const now = this.clock.now();
    const known = this.keySet;
    // Keys from the future: the clock has jumped back, and their life with it.
    if (known && now >= known.fetchedAt && now < known.freshUntil) {
      if (now >= known.renewFrom && !isCooling(this.retryFrom, now)) {
        this.fetch().catch(() => undefined);
      }
      return known;
    }
    if (isCooling(this.retryFrom, now)) {
      return this.stale() ?? this.unavailable();
    }
    const stale = this.stale();
    if (stale && this.retryFrom !== 0) {
      // The last attempt has failed: nobody waits for how the next one ends.
      this.fetch().catch(() => undefined);
      return stale;
    }
    try {
      return await this.fetch();
    } catch (cause) {
      return this.stale() ?? this.unavailable(cause);
    }
  }

  private stale(): KeySet | undefined {
    const known = this.keySet;
    if (!known || this.clock.now() < known.usableUntil) return known;
    this.keySet = undefined;
    return undefined;
  }

  private fetch(): Promise<KeySet> {
    this.fetching ??= this.fetchNow().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  private async fetchNow(): Promise<KeySet> {
    try {
      const answer = await fetchCertificates(this.options.certsUrl);
      const keys = new Map<string, KeyObject>();
      for (const [keyId, pem] of answer.certificates) {
        keys.set(keyId, publicKeyOf(pem));
      }
      const now = this.clock.now();
      const maxAge =
        Math.max(answer.maxAgeSeconds ?? defaultMaxAgeSeconds, 1) * 1000;
      this.keySet = {
        keys,
        fetchedAt: now,
        renewFrom: now + maxAge * 0.9,
        freshUntil: now + maxAge,
        usableUntil: now + maxAge + maxStaleSeconds * 1000,
      };
      if (this.retryFrom !== 0) {
        this.logger.log("Google's signing keys are here again");
      }
      this.retryFrom = 0;
      return this.keySet;
    } catch (cause) {
      this.retryFrom = this.clock.now() + cooldownSeconds * 1000;
      const stale = this.stale();
      this.logger.warn(
        { err: cause },
        stale
          ? `Google's signing keys cannot be renewed; the known ones are good until ${new Date(stale.usableUntil).toISOString()}`
          : "Google's signing keys cannot be had; nobody can sign in",
      );
      throw cause;
    }
  }

  private unavailable(cause?: unknown): never {
    throw new AuthError("identity_provider_unavailable", {
      reason: "keys_unavailable",
      retryAfterSeconds: cooldownSeconds,
      cause,
    });
  }
}

/**
 * Whether a cool-down that ends at `until` is on. One that seems longer than
 * any is left over from before the clock jumped back.
 */
function isCooling(until: number, now: number): boolean {
  return now < until && until <= now + cooldownSeconds * 1000;
}

/** OpenSSL's own words name neither the certificate nor that it was one. */
function publicKeyOf(pem: string): KeyObject {
  try {
    return new X509Certificate(pem).publicKey;
  } catch (cause) {
    throw new Error("One of Google's certificates cannot be read", { cause });
  }
}
