import { KeyStores } from "../../test/support/key-stores";
import { keptAfterUseSeconds, publishedBeforeUseSeconds } from "./key-life";
import type { SigningKeyChange } from "./signing-key-change";
import type { SigningKeyStore } from "./signing-key-store";

const day = 24 * 3600;

let keys: KeyStores;
let store: SigningKeyStore;

beforeAll(async () => {
  keys = await KeyStores.start();
});

beforeEach(async () => {
  await keys.clear();
  store = keys.open();
});

afterAll(() => keys.stop());

function secondsBetween(from: Date, to: Date | null): number | undefined {
  return to ? (to.getTime() - from.getTime()) / 1000 : undefined;
}

function kinds(changes: readonly SigningKeyChange[]): string[] {
  return changes.map(({ kind }) => kind);
}

describe("SigningKeyStore", () => {
  describe("when there are no keys", () => {
    it("creates a current and a next key, once for all instances", async () => {
      expect(store.isInOrder(await store.load())).toBe(false);
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => keys.open().keepInOrder()),
      );
      expect(outcomes.flatMap(({ changes }) => kinds(changes))).toEqual([
        "created",
        "created",
      ]);
      const { current, next, previous } = await keys.byState();
      expect(previous).toEqual([]);
      expect(current.notBefore?.getTime()).toBe(keys.clock.now());
      expect(next.notBefore).toBeNull();
      expect(store.isInOrder(await store.load())).toBe(true);
    });

    it("has no key to rotate or remove", async () => {
      expect(await store.rotate()).toEqual({ kind: "no-keys" });
      expect(await store.remove("k1", false)).toEqual({ kind: "unknown" });
      expect(await store.load()).toEqual([]);
    });
  });

  describe("when the rotation is due", () => {
    it.each([
      [undefined, 30],
      [7, 7],
    ])(
      "with rotationDays %j makes the next key sign after %i days",
      async (rotationDays, days) => {
        store = keys.open({ rotationDays });
        await store.keepInOrder();
        const before = await keys.byState();
        keys.clock.advance(days * day - 0.001);
        expect(store.isInOrder(await store.load())).toBe(true);
        expect((await store.keepInOrder()).changes).toEqual([]);
        keys.clock.advance(0.001);
        expect(store.isInOrder(await store.load())).toBe(false);
        const { changes } = await store.keepInOrder();
        const { current, next, previous } = await keys.byState();
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

    it("does nothing without a schedule", async () => {
      store = keys.open({ rotationDays: null });
      await store.keepInOrder();
      keys.clock.advance(1000 * day);
      expect(store.isInOrder(await store.load())).toBe(true);
    });

    it("waits until every JWKS has the next key", async () => {
      await store.keepInOrder();
      keys.clock.advance(30 * day);
      const { next } = await keys.byState();
      await store.remove(next.kid, true);
      expect(store.isInOrder(await store.load())).toBe(true);
      keys.untilEverybodyKnows();
      expect(kinds((await store.keepInOrder()).changes)).toContain("rotated");
    });
  });

  describe("when it rotates on request", () => {
    it("refuses before every JWKS has the next key", async () => {
      await store.keepInOrder();
      const first = await keys.byState();
      keys.clock.advance(publishedBeforeUseSeconds - 0.001);
      expect(await store.rotate()).toEqual({
        kind: "rotated-before",
        kid: first.current.kid,
        since: first.current.notBefore,
      });
      await store.remove(first.next.kid, true);
      const { next } = await keys.byState();
      expect(await store.rotate()).toEqual({
        kind: "too-early",
        nextKid: next.kid,
        from: new Date(keys.clock.now() + publishedBeforeUseSeconds * 1000),
      });
    });

    it("rotates once for many concurrent calls", async () => {
      await store.keepInOrder();
      const before = await keys.byState();
      keys.untilEverybodyKnows();
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => keys.open().rotate()),
      );
      const { current, previous } = await keys.byState();
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

    it("keeps the old public key as long as needed, without the private key", async () => {
      await store.keepInOrder();
      keys.untilEverybodyKnows();
      const at = new Date(keys.clock.now());
      await store.rotate();
      const [old] = (await keys.byState()).previous;
      expect(secondsBetween(at, old?.expiresAt ?? null)).toBe(
        keptAfterUseSeconds,
      );
      expect(old?.encryptedPrivateKey).toBeNull();
    });
  });
});
