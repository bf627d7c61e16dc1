import { Logger } from "@nestjs/common";
import { JwtService } from "@nestjs/jwt";
import type { DataSource } from "typeorm";
import { AccessTokens } from "../../src/access-tokens/access-tokens";
import type {
  KeyStoreOptions,
  SigningKeyStore,
} from "../../src/signing-keys/signing-key-store";
import { StoredSigningKeys } from "../../src/signing-keys/stored-signing-keys";
import type { FrozenClock } from "../../src/testing/frozen-clock";
import { KeyStores, secretKey } from "./key-stores";

/** The subject of an access token. */
export const subject = {
  userId: "019aa0b5-1c00-7000-8000-000000000001",
  sessionId: "019aa0b5-1c00-7000-8000-000000000002",
  clientId: "123-web.apps.googleusercontent.com",
  roles: [],
  authenticatedAt: new Date(),
};

/** A started instance and the store of its keys. */
class StartedKeys {
  stores!: KeyStores;
  /** The store as another instance or the command line has it. */
  store!: SigningKeyStore;
  keys!: StoredSigningKeys;

  get clock(): FrozenClock {
    return this.stores.clock;
  }

  get dataSource(): DataSource {
    return this.stores.dataSource;
  }

  /** A store without a schedule. */
  storeWith(
    options: Partial<KeyStoreOptions> = {},
    stores = this.stores,
  ): SigningKeyStore {
    return stores.open({ rotationDays: null, ...options });
  }

  /** Starts another instance. */
  async started(its: SigningKeyStore): Promise<StoredSigningKeys> {
    const instance = new StoredSigningKeys(its, this.clock);
    await instance.onModuleInit();
    return instance;
  }

  tokensOf(instance: StoredSigningKeys): AccessTokens {
    return new AccessTokens(new JwtService({}), instance, this.clock, {
      ...{ issuer: "i", audience: "a", accessTokenTtlSeconds: 900, secretKey },
    });
  }

  publishedKids(): string[] {
    return this.keys.published().map(({ kid }) => kid);
  }
}

/**
 * A started instance with two new keys for each test of the `describe` block
 * that calls this. What it returns can be used in tests.
 */
export function useStoredSigningKeys(): StartedKeys {
  const site = new StartedKeys();

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, "log").mockReturnValue(undefined);
    site.stores = await KeyStores.start();
  });

  beforeEach(async () => {
    await site.stores.clear();
    site.store = site.storeWith();
    site.keys = await site.started(site.storeWith());
  });

  afterEach(() => site.keys.onModuleDestroy());

  afterAll(async () => {
    jest.restoreAllMocks();
    await site.stores.stop();
  });

  return site;
}
