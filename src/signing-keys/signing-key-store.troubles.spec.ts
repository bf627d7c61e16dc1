import { DataSource } from "typeorm";
import { LogAuditSink } from "../audit/audit-sink.port";
import { AuditTrail } from "../audit/audit-trail";
import { Clock } from "../common/clock.port";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { TestDatabase } from "../testing/test-database";
import { publishedBeforeUseSeconds } from "./key-life";
import { type KeyStoreOptions, SigningKeyStore } from "./signing-key-store";
import { UnreadableSigningKeysError } from "./signing-key-transaction";
import { SteppedClock } from "../testing/stepped-clock";

const secretKey = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
const newSecretKey = "n0Wb4Yq2RzT6uKc8XpE1sVh5LgM7jDaF";
const year = 365 * 24 * 3600;

let testDatabase: TestDatabase;
let dataSource: DataSource;
let clock: SteppedClock;
let store: SigningKeyStore;

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
  dataSource = await new DataSource(
    dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
  ).initialize();
});

beforeEach(async () => {
  await dataSource.query("DELETE FROM google_auth.signing_keys");
  clock = new SteppedClock();
  store = storeWith();
  await store.keepInOrder();
});

afterAll(async () => {
  await dataSource.destroy();
  await testDatabase.destroy();
});

function storeWith(
  options: Partial<KeyStoreOptions> = {},
  at: Clock = clock,
): SigningKeyStore {
  const database = new Database(dataSource);
  const audit = new AuditTrail(database, new LogAuditSink(), at);
  return new SigningKeyStore(database, at, audit, {
    secretKey,
    ...options,
  });
}

async function kids(state?: string): Promise<string[]> {
  const keys = await store.load();
  return keys
    .filter((key) => state === undefined || key.state === state)
    .map(({ kid }) => kid)
    .sort();
}

/** Makes all keys older, by the database's clock and by ours. */
async function age(seconds: number): Promise<void> {
  await dataSource.query(
    `UPDATE google_auth.signing_keys SET created_at = created_at - $1 * interval '1 s',
      not_before = not_before - $1 * interval '1 s',
      expires_at = expires_at - $1 * interval '1 s'`,
    [seconds],
  );
}

describe("SigningKeyStore", () => {
  describe("when SECRET_KEY changes", () => {
    it("reads keys encrypted with the previous secret, and re-encrypts them once", async () => {
      const changed = { secretKey: newSecretKey, previousSecretKey: secretKey };
      const before = await store.load();
      const stores = Array.from({ length: 4 }, () => storeWith(changed));
      for (const other of stores) {
        expect(other.isInOrder(before)).toBe(false);
        for (const key of before) expect(other.open(key)).not.toBeNull();
      }
      const outcomes = await Promise.all(
        stores.map((other) => other.keepInOrder()),
      );
      const changes = outcomes.flatMap((outcome) => outcome.changes);
      expect(changes.map(({ kind }) => kind)).toEqual([
        "re-encrypted",
        "re-encrypted",
      ]);
      const after = await store.load();
      expect(after.map(({ kid }) => kid)).toEqual(before.map(({ kid }) => kid));
      const settled = storeWith({ secretKey: newSecretKey });
      expect(settled.isInOrder(after)).toBe(true);
      for (const [index, key] of after.entries()) {
        const stored = before[index];
        const privateKey = stored && store.open(stored);
        expect(privateKey && settled.open(key)?.equals(privateKey)).toBe(true);
        expect(store.open(key)).toBeNull();
      }
    });

    it("can be reverted by swapping the two secrets", async () => {
      const there = { secretKey: newSecretKey, previousSecretKey: secretKey };
      await storeWith(there).keepInOrder();
      const back = { secretKey, previousSecretKey: newSecretKey };
      await storeWith(back).keepInOrder();
      for (const key of await store.load()) {
        expect(store.open(key)).not.toBeNull();
      }
    });
  });

  describe("when SECRET_KEY is neither of the two", () => {
    const lost = { secretKey: "Lc5xVb2NmQw9ErTy7UiOp3AsDf8GhJkZ" };

    it("changes nothing and says what to do", async () => {
      await age(publishedBeforeUseSeconds + year);
      const before = await store.load();
      const other = storeWith(lost);
      const [current] = await kids("current");
      const [next] = await kids("next");
      const attempts = [
        () => other.keepInOrder(),
        () => other.rotate(),
        () => other.remove(current ?? "", false),
        () => other.remove(next ?? "", true),
      ];
      for (const attempt of attempts) {
        await expect(attempt()).rejects.toThrow(UnreadableSigningKeysError);
      }
      await expect(other.rotate()).rejects.toThrow("SECRET_KEY_PREVIOUS");
      expect(await store.load()).toEqual(before);
    });

    it("can still remove a previous key, which has no private key", async () => {
      await age(publishedBeforeUseSeconds);
      await store.rotate();
      const [previous] = await kids("previous");
      expect(await storeWith(lost).remove(previous ?? "", true)).toMatchObject({
        kind: "removed",
        state: "previous",
      });
    });
  });

  describe("when an instance's clock jumps ahead", () => {
    it("rotates once without losing a key, even one that has just stopped signing", async () => {
      await age(publishedBeforeUseSeconds);
      await store.rotate();
      const before = await kids();
      clock.step(10 * year);
      for (let round = 0; round < 3; round++) await store.keepInOrder();
      expect(await kids()).toEqual(expect.arrayContaining(before));
      expect(await kids()).toHaveLength(before.length + 1);
      clock.step(-10 * year);
      await store.keepInOrder();
      const now = Date.now();
      for (const { expiresAt } of await store.load()) {
        expect(expiresAt?.getTime() ?? Infinity).toBeGreaterThan(now);
      }
    });

    it("does not rotate again on the other instance: two clocks do not alternate", async () => {
      const right = storeWith({}, new SteppedClock());
      clock.step(10 * year);
      await store.keepInOrder();
      const after = await kids();
      for (let round = 0; round < 5; round++) {
        await right.keepInOrder();
        await store.keepInOrder();
      }
      expect(await kids()).toEqual(after);
    });

    it("can be repaired: after the next key is removed, its successor rotates", async () => {
      clock.step(10 * year);
      await store.keepInOrder();
      clock.step(-10 * year);
      const since = await store.rotate();
      expect(since).toMatchObject({ kind: "rotated-before" });
      const [next] = await kids("next");
      await store.remove(next ?? "", true);
      clock.step(publishedBeforeUseSeconds);
      expect(await store.rotate()).toMatchObject({ kind: "rotated" });
      expect(store.isInOrder(await store.load())).toBe(true);
    });
  });

  describe("when an instance's clock jumps back", () => {
    it("does nothing at all", async () => {
      const before = await store.load();
      clock.step(-10 * year);
      expect(store.isInOrder(before)).toBe(true);
      await store.keepInOrder();
      expect(await store.load()).toEqual(before);
    });
  });

  describe("when rows were deleted manually", () => {
    it.each([
      ["current", ["rotated", "created"]],
      ["next", ["created"]],
    ])("replaces a missing %s key", async (state, done) => {
      const gone = await kids(state);
      await dataSource.query(
        "DELETE FROM google_auth.signing_keys WHERE state = $1",
        [state],
      );
      expect(store.isInOrder(await store.load())).toBe(false);
      const { changes } = await store.keepInOrder();
      expect(changes.map(({ kind }) => kind)).toEqual(done);
      expect(await kids("current")).toHaveLength(1);
      expect(await kids("next")).toHaveLength(1);
      expect(await kids()).not.toEqual(expect.arrayContaining(gone));
    });
  });

  describe("when keys have expired by every clock", () => {
    it("deletes them at the next rotation", async () => {
      await age(publishedBeforeUseSeconds);
      await store.rotate();
      const ended = await kids("previous");
      await age(year);
      await store.rotate();
      expect(await kids()).not.toEqual(expect.arrayContaining(ended));
      expect(await kids()).toHaveLength(3);
    });
  });
});
