import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { reloadIntervalSeconds } from "./key-life";
import { SigningKeySet } from "./signing-key-set";
import { SigningKeyStore } from "./signing-key-store";
import { UnreadableSigningKeysError } from "./signing-key-transaction";
import type { StoredKey } from "./signing-key.rows";
import {
  type PublishedKey,
  type SigningKey,
  SigningKeys,
  type VerificationKey,
} from "./signing-keys.port";

/** Minimum time between two reloads caused by unknown keys, in seconds. */
const unknownKeyCooldownSeconds = 10;

/**
 * Signing keys in the database: created on first start, shared by all
 * instances, replaced on schedule. Every instance checks for changes in the
 * background, and keeps using its keys while the database is unavailable.
 */
@Injectable()
export class StoredSigningKeys
  extends SigningKeys
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy
{
  private readonly logger = new Logger(StoredSigningKeys.name);
  private keys: SigningKeySet = SigningKeySet.of([], () => null);
  private reloading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private unknownKeyAskedAt = -Infinity;
  private failing = false;
  private stopped = false;

  constructor(
    private readonly store: SigningKeyStore,
    private readonly clock: Clock,
  ) {
    super();
  }

  /**
   * @throws UnreadableSigningKeysError if no key can be read with the
   * configured secret
   */
  async onModuleInit(): Promise<void> {
    await this.reload();
    if (!this.keys.signingKey) throw new UnreadableSigningKeysError();
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(
      () => this.reloadInBackground(),
      reloadIntervalSeconds * 1000,
    ).unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.reloading?.catch(() => undefined);
  }

  override current(): SigningKey {
    const { signingKey } = this.keys;
    if (signingKey) return signingKey;
    throw new AuthError("service_unavailable", {
      reason: "signing_keys_not_loaded",
      retryAfterSeconds: 5,
    });
  }

  override find(kid: string): VerificationKey | null {
    const key = this.keys.find(kid, this.clock.now());
    if (!key && !this.keys.has(kid)) this.lookForUnknownKey();
    return key;
  }

  override signsSince(): Date | null {
    return this.keys.signsSince;
  }

  override published(): readonly PublishedKey[] {
    return this.keys.published(this.clock.now());
  }

  /**
   * Reads the keys from the database and makes due changes. Runs automatically
   * every 30 s. Concurrent; idempotent.
   *
   * @throws UnreadableSigningKeysError, AuthError `service_unavailable`; the
   *   keys in memory then stay in use
   */
  reload(): Promise<void> {
    this.reloading ??= this.reloadNow().finally(() => {
      this.reloading = undefined;
    });
    return this.reloading;
  }

  private async reloadNow(): Promise<void> {
    const stored = await this.store.load();
    // Without a current key, maintenance has to run first.
    if (stored.some(({ state }) => state === "current")) this.use(stored);
    if (this.store.isInOrder(stored)) return;
    const { keys, changes } = await this.store.keepInOrder();
    this.use(keys);
    for (const change of changes) {
      this.logger.log({ ...change }, `Signing key ${change.kind}`);
    }
  }

  private use(stored: readonly StoredKey[]): void {
    const [genuine, foreign] = [true, false].map((is) =>
      stored.filter(
        (key) => (this.store.isGenuine(key) || this.keys.knows(key)) === is,
      ),
    );
    for (const { kid } of foreign ?? []) {
      this.logger.warn(
        { kid },
        "A signing key in the database was not stored with our SECRET_KEY: it is ignored",
      );
    }
    const keys = SigningKeySet.of(genuine ?? [], (key) => this.store.open(key));
    // While SECRET_KEY is replaced instance by instance, an instance with only
    // the old one cannot verify rows written with the new one: it keeps the
    // keys it knows.
    this.keys = keys.signingKey ? keys : keys.signingAs(this.keys);
  }

  private lookForUnknownKey(): void {
    const now = this.clock.now();
    const since = now - this.unknownKeyAskedAt;
    // Negative when the clock was set back.
    if (since >= 0 && since < unknownKeyCooldownSeconds * 1000) return;
    this.unknownKeyAskedAt = now;
    this.reloadInBackground();
  }

  private reloadInBackground(): void {
    if (this.stopped) return;
    this.reload().then(
      () => {
        if (this.failing) this.logger.log("The signing keys can be read again");
        this.failing = false;
      },
      (cause: unknown) => {
        if (!this.failing) {
          this.logger.warn(
            { err: cause },
            "The signing keys cannot be reloaded; those in memory stay in use",
          );
        }
        this.failing = true;
      },
    );
  }
}
