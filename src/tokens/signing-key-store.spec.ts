import { DataSource } from "typeorm";
import { LogAuditSink } from "../audit/audit-sink.port";
import { AuditTrail } from "../audit/audit-trail";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { TestDatabase } from "../testing/test-database";
import { keptAfterUseSeconds, publishedBeforeUseSeconds } from "./key-life";
import type { SigningKeyChange } from "./signing-key-change";
import { type KeyStoreOptions, SigningKeyStore } from "./signing-key-store";
import { FrozenClock } from "../testing/frozen-clock";

const secretKey = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
const day = 24 * 3600;

let testDatabase: TestDatabase;
let dataSource: DataSource;
let clock: FrozenClock;
let store: SigningKeyStore;

beforeAll(async () => {
  testDatabase = await TestDatabase.create();
  dataSource = await new DataSource(
    dataSourceOptions({ url: testDatabase.url, poolSize: 10, ssl: false }),
  ).initialize();
});

beforeEach(async () => {
  await dataSource.query("DELETE FROM signing_keys");
  await dataSource.query("DELETE FROM audit_events");
  clock = new FrozenClock();
  store = storeWith();
});

afterAll(async () => {
  await dataSource.destroy();
  await testDatabase.destroy();
});

/** As another instance, or the command line, has it. */
function storeWith(options: Partial<KeyStoreOptions> = {}): SigningKeyStore {
  const database = new Database(dataSource);
  const audit = new AuditTrail(database, new LogAuditSink(), clock);
  return new SigningKeyStore(database, clock, audit, {
    secretKey,
    ...options,
  });
}

async function keysByState() {
  const keys = await store.load();
  const of = (state: string) => keys.filter((key) => key.state === state);
  const [current, ...otherCurrent] = of("current");
  const [next, ...otherNext] = of("next");
  if (!current || !next) throw new Error("There is no current or no next key");
  expect([...otherCurrent, ...otherNext]).toEqual([]);
  return { current, next, previous: of("previous") };
}

function auditLines(): Promise<unknown[]> {
  return dataSource.query(
    "SELECT event, reason, details FROM audit_events ORDER BY occurred_at, event DESC",
  );
}

function secondsBetween(from: Date, to: Date | null): number | undefined {
  return to ? (to.getTime() - from.getTime()) / 1000 : undefined;
}

function kinds(changes: readonly SigningKeyChange[]): string[] {
  return changes.map(({ kind }) => kind);
}

/** So that the next key may sign. */
function untilEverybodyKnows(): void {
  clock.advance(publishedBeforeUseSeconds);
}

describe("SigningKeyStore", () => {
  describe("when there are no keys", () => {
    it("makes one that signs and one that is next, once for all", async () => {
      expect(store.isInOrder(await store.load())).toBe(false);
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => storeWith().keepInOrder()),
      );
      expect(outcomes.flatMap(({ changes }) => kinds(changes))).toEqual([
        "created",
        "created",
      ]);
      const { current, next, previous } = await keysByState();
      expect(previous).toEqual([]);
      expect(current.notBefore?.getTime()).toBe(clock.now());
      expect(next.notBefore).toBeNull();
      expect(store.isInOrder(await store.load())).toBe(true);
    });

    it("has nothing to rotate or to remove", async () => {
      expect(await store.rotate()).toEqual({ kind: "no-keys" });
      expect(await store.remove("k1", false)).toEqual({ kind: "unknown" });
      expect(await store.load()).toEqual([]);
    });
  });

  describe("when it is time for another key", () => {
    it.each([
      [undefined, 30],
      [7, 7],
    ])(
      "with rotationDays %j lets the next one sign after %i days",
      async (rotationDays, days) => {
        store = storeWith({ rotationDays });
        await store.keepInOrder();
        const before = await keysByState();
        clock.advance(days * day - 0.001);
        expect(store.isInOrder(await store.load())).toBe(true);
        expect((await store.keepInOrder()).changes).toEqual([]);
        clock.advance(0.001);
        expect(store.isInOrder(await store.load())).toBe(false);
        const { changes } = await store.keepInOrder();
        const { current, next, previous } = await keysByState();
        expect(changes).toEqual([
          {
            kind: "rotated",
            kid: before.next.kid,
            previousKid: before.current.kid,
            cause: "schedule",
          },
          { kind: "created", kid: next.kid, state: "next" },
        ]);
        expect(current.kid).toBe(before.next.kid);
        expect(previous.map(({ kid }) => kid)).toEqual([before.current.kid]);
      },
    );

    it("does nothing when there is no schedule", async () => {
      store = storeWith({ rotationDays: null });
      await store.keepInOrder();
      clock.advance(1000 * day);
      expect(store.isInOrder(await store.load())).toBe(true);
    });

    it("waits until everybody knows the next key", async () => {
      await store.keepInOrder();
      clock.advance(30 * day);
      const { next } = await keysByState();
      await store.remove(next.kid, true);
      expect(store.isInOrder(await store.load())).toBe(true);
      untilEverybodyKnows();
      expect(kinds((await store.keepInOrder()).changes)).toContain("rotated");
    });
  });

  describe("when it is told to rotate", () => {
    it("refuses before everybody knows the next key", async () => {
      await store.keepInOrder();
      const first = await keysByState();
      clock.advance(publishedBeforeUseSeconds - 0.001);
      expect(await store.rotate()).toEqual({
        kind: "rotated-before",
        kid: first.current.kid,
        since: first.current.notBefore,
      });
      await store.remove(first.next.kid, true);
      const { next } = await keysByState();
      expect(await store.rotate()).toEqual({
        kind: "too-early",
        nextKid: next.kid,
        from: new Date(clock.now() + publishedBeforeUseSeconds * 1000),
      });
    });

    it("rotates once, however many tell it at once", async () => {
      await store.keepInOrder();
      const before = await keysByState();
      untilEverybodyKnows();
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => storeWith().rotate()),
      );
      const { current, previous } = await keysByState();
      expect(current.kid).toBe(before.next.kid);
      expect(previous.map(({ kid }) => kid)).toEqual([before.current.kid]);
      expect(outcomes.filter(({ kind }) => kind === "rotated")).toHaveLength(1);
      const others = outcomes.filter(({ kind }) => kind !== "rotated");
      for (const other of others) {
        expect(other).toMatchObject({
          kind: "rotated-before",
          kid: current.kid,
        });
      }
    });

    it("keeps the old key for as long as it takes, without its private half", async () => {
      await store.keepInOrder();
      untilEverybodyKnows();
      const at = new Date(clock.now());
      await store.rotate();
      const [old] = (await keysByState()).previous;
      expect(secondsBetween(at, old?.expiresAt ?? null)).toBe(
        keptAfterUseSeconds,
      );
      expect(old?.encryptedPrivateKey).toBeNull();
    });
  });

  describe("when a key is removed", () => {
    it("lets the next sign at once if it was the current one, and tells that it is known", async () => {
      await store.keepInOrder();
      const before = await keysByState();
      untilEverybodyKnows();
      expect(await store.remove(before.current.kid, false)).toEqual({
        kind: "removed",
        state: "current",
        successor: { kid: before.next.kid, unknownUntil: null },
      });
      const { current, previous } = await keysByState();
      expect(current.kid).toBe(before.next.kid);
      expect(previous).toEqual([]);
    });

    it("tells until when the next is not known to everybody", async () => {
      await store.keepInOrder();
      const { current, next } = await keysByState();
      clock.advance(1);
      expect(await store.remove(current.kid, false)).toMatchObject({
        successor: {
          kid: next.kid,
          unknownUntil: new Date(
            next.createdAt.getTime() + publishedBeforeUseSeconds * 1000,
          ),
        },
      });
    });

    it("removes it once, however many tell it at once", async () => {
      await store.keepInOrder();
      const before = await keysByState();
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, () =>
          storeWith().remove(before.current.kid, false),
        ),
      );
      const counts = outcomes.map(({ kind }) => kind).sort();
      expect(counts).toEqual(["removed", ...Array<string>(5).fill("unknown")]);
      expect((await keysByState()).current.kid).toBe(before.next.kid);
    });

    it("spares the current one when told to", async () => {
      await store.keepInOrder();
      const before = await store.load();
      const { current } = await keysByState();
      expect(await store.remove(current.kid, true)).toEqual({ kind: "signs" });
      expect(await store.load()).toEqual(before);
    });

    it("puts another in the place of a next one, and none in that of a previous", async () => {
      await store.keepInOrder();
      untilEverybodyKnows();
      await store.rotate();
      const before = await keysByState();
      const [old] = before.previous;
      for (const key of [before.next, old]) {
        const outcome = await store.remove(key?.kid ?? "", true);
        expect(outcome).toMatchObject({ kind: "removed", successor: null });
      }
      const { current, next, previous } = await keysByState();
      expect(current.kid).toBe(before.current.kid);
      expect(next.kid).not.toBe(before.next.kid);
      expect(previous).toEqual([]);
    });
  });

  describe("when a change is audited", () => {
    it("writes the line in its transaction, and changes nothing without it", async () => {
      await store.keepInOrder();
      const { current, next } = await keysByState();
      const before = await store.load();
      untilEverybodyKnows();
      await dataSource.query("ALTER TABLE audit_events RENAME TO audit_away");
      await expect(store.rotate()).rejects.toThrow("audit_events");
      expect(await store.load()).toEqual(before);
      await dataSource.query("ALTER TABLE audit_away RENAME TO audit_events");
      await store.rotate();
      await store.remove(current.kid, true);
      expect(await auditLines()).toEqual([
        {
          event: "signing_key_rotated",
          reason: "unannounced",
          details: { kid: current.kid, previousKid: null },
        },
        {
          event: "signing_key_rotated",
          reason: "command",
          details: { kid: next.kid, previousKid: current.kid },
        },
        {
          event: "signing_key_removed",
          reason: "command",
          details: { kid: current.kid, state: "previous" },
        },
      ]);
    });
  });
});
