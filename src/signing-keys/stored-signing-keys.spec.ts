import { generateKeyPairSync } from "node:crypto";
import { Logger } from "@nestjs/common";
import { JwtService } from "@nestjs/jwt";
import { DataSource } from "typeorm";
import { LogAuditSink } from "../audit/audit-sink.port";
import { AuditTrail } from "../audit/audit-trail";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { TestDatabase } from "../testing/test-database";
import { AccessTokens } from "../access-tokens/access-tokens";
import { keptAfterUseSeconds, publishedBeforeUseSeconds } from "./key-life";
import { thumbprintOf } from "./published-key";
import { type KeyStoreOptions, SigningKeyStore } from "./signing-key-store";
import { StoredSigningKeys } from "./stored-signing-keys";
import { FrozenClock } from "../testing/frozen-clock";

const secretKey = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
const newSecretKey = "n0Wb4Yq2RzT6uKc8XpE1sVh5LgM7jDaF";
const subject = {
  userId: "019aa0b5-1c00-7000-8000-000000000001",
  sessionId: "019aa0b5-1c00-7000-8000-000000000002",
  clientId: "123-web.apps.googleusercontent.com",
  roles: [],
  authenticatedAt: new Date(),
};

let testDatabase: TestDatabase;
let dataSource: DataSource;
let clock: FrozenClock;
let store: SigningKeyStore;
let keys: StoredSigningKeys;

function connect(url: string): Promise<DataSource> {
  return new DataSource(
    dataSourceOptions({ url, poolSize: 4, ssl: false }),
  ).initialize();
}

/** What another instance, or the command line, works with. */
function storeWith(
  options: Partial<KeyStoreOptions> = {},
  source = dataSource,
): SigningKeyStore {
  const database = new Database(source);
  const audit = new AuditTrail(database, new LogAuditSink(), clock);
  return new SigningKeyStore(database, clock, audit, {
    ...{ secretKey, rotationDays: null },
    ...options,
  });
}

/** An instance that has started. */
async function started(its: SigningKeyStore): Promise<StoredSigningKeys> {
  const instance = new StoredSigningKeys(its, clock);
  await instance.onModuleInit();
  return instance;
}

function tokensOf(instance: StoredSigningKeys): AccessTokens {
  return new AccessTokens(new JwtService({}), instance, clock, {
    ...{ issuer: "i", audience: "a", accessTokenTtlSeconds: 900, secretKey },
  });
}

function publishedKids(): string[] {
  return keys.published().map(({ kid }) => kid);
}

beforeAll(async () => {
  jest.spyOn(Logger.prototype, "log").mockReturnValue(undefined);
  testDatabase = await TestDatabase.create();
  dataSource = await connect(testDatabase.url);
});

beforeEach(async () => {
  await dataSource.query("DELETE FROM google_auth.signing_keys");
  clock = new FrozenClock();
  store = storeWith();
  keys = await started(storeWith());
});

afterEach(() => keys.onModuleDestroy());

afterAll(async () => {
  jest.restoreAllMocks();
  await dataSource.destroy();
  await testDatabase.destroy();
});

describe("StoredSigningKeys", () => {
  describe("when it has not been started", () => {
    it("is unavailable", async () => {
      const early = new StoredSigningKeys(store, clock);
      expect(() => early.current()).toThrow("signing_keys_not_loaded");
      expect(early.published()).toEqual([]);
      await early.onModuleDestroy();
    });
  });

  describe("when it starts", () => {
    it("publishes the key that signs, then the one that follows", () => {
      const [current, next, ...others] = publishedKids();
      expect(current).toBe(keys.current().kid);
      expect(keys.find(next ?? "")).toMatchObject({ algorithm: "ES256" });
      expect(others).toEqual([]);
    });

    it("does not, when the keys were encrypted under another secret", async () => {
      const start = started(storeWith({ secretKey: newSecretKey }));
      await expect(start).rejects.toThrow("under another SECRET_KEY");
    });
  });

  describe("when another instance rotates", () => {
    it("goes on with its own key until it reloads, and believes both", async () => {
      const [first, second] = publishedKids();
      clock.advance(publishedBeforeUseSeconds);
      await store.rotate();
      expect(keys.current().kid).toBe(first);
      await keys.reload();
      expect(keys.current().kid).toBe(second);
      expect(publishedKids()).toHaveLength(3);
      expect(publishedKids().slice(0, 3)).toEqual([
        second,
        expect.any(String),
        first,
      ]);
    });

    it("drops the old key when the last of its tokens has ended, without a look", async () => {
      const [first = ""] = publishedKids();
      clock.advance(publishedBeforeUseSeconds);
      await store.rotate();
      await keys.reload();
      clock.advance(keptAfterUseSeconds - 0.001);
      expect(keys.find(first)).not.toBeNull();
      expect(publishedKids()).toContain(first);
      clock.advance(0.001);
      expect(keys.find(first)).toBeNull();
      expect(publishedKids()).not.toContain(first);
      // A clock that had jumped: nothing was destroyed.
      clock.advance(-1);
      expect(keys.find(first)).not.toBeNull();
    });
  });

  describe("when a key is removed", () => {
    it("refuses its tokens from the reload on, also those it remembers", async () => {
      const tokens = tokensOf(keys);
      const { token } = await tokens.issue(subject);
      expect(tokens.verify(token).userId).toBe(subject.userId);
      await store.remove(keys.current().kid, false);
      await keys.reload();
      expect(() => tokens.verify(token)).toThrow("unknown_key");
      const { token: another } = await tokens.issue(subject);
      expect(tokens.verify(another).userId).toBe(subject.userId);
    });
  });

  describe("when a token names a key that it does not know", () => {
    it("looks once, at once, and again after 10 s, however many there are", async () => {
      const look = jest.spyOn(SigningKeyStore.prototype, "load");
      const { kid } = keys.current();
      clock.advance(publishedBeforeUseSeconds);
      await store.rotate();
      const [unknown = ""] = (await store.load())
        .filter(({ state }) => state === "next")
        .map((key) => key.kid);
      look.mockClear();
      for (let i = 0; i < 100; i++) expect(keys.find(unknown)).toBeNull();
      await keys.reload();
      expect(look).toHaveBeenCalledTimes(1);
      expect(keys.find(unknown)).not.toBeNull();
      expect(keys.current().kid).not.toBe(kid);
      look.mockClear();
      keys.find("made up");
      clock.advance(9.999);
      keys.find("made up");
      expect(look).not.toHaveBeenCalled();
      clock.advance(0.001);
      keys.find("made up");
      keys.find("made up");
      expect(look).toHaveBeenCalledTimes(1);
      // A time that lies ahead is from before the clock jumped back.
      await keys.reload();
      clock.advance(-3600);
      keys.find("made up");
      expect(look).toHaveBeenCalledTimes(2);
      await keys.reload();
      look.mockRestore();
    });

    it("does not look for a key that has ended", async () => {
      const [first = ""] = publishedKids();
      clock.advance(publishedBeforeUseSeconds);
      await store.rotate();
      await keys.reload();
      clock.advance(keptAfterUseSeconds);
      const look = jest.spyOn(SigningKeyStore.prototype, "load");
      expect(keys.find(first)).toBeNull();
      expect(look).not.toHaveBeenCalled();
      look.mockRestore();
    });
  });

  describe("when the database is away", () => {
    it("signs and verifies with the keys it has, and warns once", async () => {
      const warn = jest
        .spyOn(Logger.prototype, "warn")
        .mockReturnValue(undefined);
      const itsDatabase = await TestDatabase.create();
      const itsSource = await connect(itsDatabase.url);
      const instance = await started(storeWith({}, itsSource));
      const tokens = tokensOf(instance);
      await itsDatabase.destroy();
      for (let round = 0; round < 3; round++) {
        instance.find("made up");
        await expect(instance.reload()).rejects.toThrow("service_unavailable");
        const { token } = await tokens.issue(subject);
        expect(tokens.verify(token).userId).toBe(subject.userId);
        clock.advance(10);
      }
      expect(instance.published()).toHaveLength(2);
      expect(warn).toHaveBeenCalledTimes(1);
      await instance.onModuleDestroy();
      await itsSource.destroy();
      warn.mockRestore();
    });
  });

  describe("when SECRET_KEY changes from instance to instance", () => {
    const changed = { secretKey: newSecretKey, previousSecretKey: secretKey };

    it("with the old one goes on while it can, and not with a key that is removed", async () => {
      const { kid } = keys.current();
      const newer = await started(storeWith(changed));
      await keys.reload();
      expect(keys.current().kid).toBe(kid);
      clock.advance(publishedBeforeUseSeconds);
      await storeWith(changed).rotate();
      await Promise.all([keys.reload(), newer.reload()]);
      expect(newer.current().kid).not.toBe(kid);
      expect(keys.current().kid).toBe(kid);
      const { token } = await tokensOf(keys).issue(subject);
      expect(tokensOf(newer).verify(token).userId).toBe(subject.userId);
      await storeWith(changed).remove(kid, true);
      await keys.reload();
      expect(() => keys.current()).toThrow("service_unavailable");
      expect(keys.find(newer.current().kid)).not.toBeNull();
      await newer.onModuleDestroy();
    });
  });

  describe("when time passes", () => {
    afterEach(() => jest.useRealTimers());

    it("looks every 30 s, and no more once it is stopped", async () => {
      jest.useFakeTimers({
        doNotFake: [
          ...(["Date", "hrtime", "nextTick", "performance"] as const),
          ...(["queueMicrotask", "setImmediate", "setTimeout"] as const),
          ...(["clearImmediate", "clearTimeout"] as const),
        ],
      });
      const look = jest.spyOn(SigningKeyStore.prototype, "load");
      keys.onApplicationBootstrap();
      jest.advanceTimersByTime(29_999);
      expect(look).not.toHaveBeenCalled();
      for (let looks = 1; looks <= 3; looks++) {
        jest.advanceTimersByTime(looks === 1 ? 1 : 30_000);
        expect(look).toHaveBeenCalledTimes(looks);
        await keys.reload();
      }
      await keys.onModuleDestroy();
      jest.advanceTimersByTime(300_000);
      keys.find("made up");
      expect(look).toHaveBeenCalledTimes(3);
      look.mockRestore();
    });
  });

  describe("when a row was written without our SECRET_KEY", () => {
    it("neither accepts nor publishes its key, whatever the row says", async () => {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const forged = {
        kid: thumbprintOf(publicKey, "ES256"),
        jwk: publicKey.export({ format: "jwk" }),
      };
      const own = publishedKids();
      for (const mac of [Buffer.alloc(32), Buffer.alloc(0)]) {
        await dataSource.query(
          `INSERT INTO google_auth.signing_keys (kid, algorithm, state,
             public_jwk, mac, not_before, expires_at, created_at)
           VALUES ($1, 'ES256', 'previous', $2, $3, now(),
             now() + interval '1 day', now())
           ON CONFLICT (kid) DO UPDATE SET mac = EXCLUDED.mac`,
          [forged.kid, forged.jwk, mac],
        );
        await keys.reload();
        expect(keys.find(forged.kid)).toBeNull();
        expect(publishedKids()).toEqual(own);
      }
    });

    it("does not take another public key under a kid of ours", async () => {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const [kid = ""] = publishedKids();
      await dataSource.query(
        "UPDATE google_auth.signing_keys SET public_jwk = $2 WHERE kid = $1",
        [kid, publicKey.export({ format: "jwk" })],
      );
      await keys.reload().catch(() => undefined);
      const found = keys.find(kid)?.publicKey;
      expect(found?.equals(publicKey) ?? false).toBe(false);
    });
  });

  describe("when all rows are deleted", () => {
    it("makes keys anew and drops the ones it had", async () => {
      const before = publishedKids();
      await dataSource.query("DELETE FROM google_auth.signing_keys");
      await keys.reload();
      expect(publishedKids()).toHaveLength(2);
      for (const kid of before) expect(publishedKids()).not.toContain(kid);
    });
  });
});
