import { KeyStores } from "../../test/support/key-stores";
import { publishedBeforeUseSeconds } from "./key-life";
import type { SigningKeyStore } from "./signing-key-store";

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

describe("SigningKeyStore", () => {
  describe("when a key is removed", () => {
    it("makes the next key sign at once if it was the current one, and reports that it is published", async () => {
      await store.keepInOrder();
      const before = await keys.byState();
      keys.untilEverybodyKnows();
      expect(await store.remove(before.current.kid, false)).toEqual({
        kind: "removed",
        state: "current",
        successor: { kid: before.next.kid, unknownUntil: null },
      });
      const { current, previous } = await keys.byState();
      expect(current.kid).toBe(before.next.kid);
      expect(previous).toEqual([]);
    });

    it("reports until when cached JWKS may lack the next key", async () => {
      await store.keepInOrder();
      const { current, next } = await keys.byState();
      keys.clock.advance(1);
      expect(await store.remove(current.kid, false)).toMatchObject({
        successor: {
          kid: next.kid,
          unknownUntil: new Date(
            next.createdAt.getTime() + publishedBeforeUseSeconds * 1000,
          ),
        },
      });
    });

    it("removes it once for many concurrent calls", async () => {
      await store.keepInOrder();
      const before = await keys.byState();
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, () =>
          keys.open().remove(before.current.kid, false),
        ),
      );
      const counts = outcomes.map(({ kind }) => kind).sort();
      expect(counts).toEqual(["removed", ...Array<string>(5).fill("unknown")]);
      expect((await keys.byState()).current.kid).toBe(before.next.kid);
    });

    it("keeps the current key if requested", async () => {
      await store.keepInOrder();
      const before = await store.load();
      const { current } = await keys.byState();
      expect(await store.remove(current.kid, true)).toEqual({ kind: "signs" });
      expect(await store.load()).toEqual(before);
    });

    it("replaces a removed next key, but not a previous one", async () => {
      await store.keepInOrder();
      keys.untilEverybodyKnows();
      await store.rotate();
      const before = await keys.byState();
      const [old] = before.previous;
      for (const key of [before.next, old]) {
        const outcome = await store.remove(key?.kid ?? "", true);
        expect(outcome).toMatchObject({ kind: "removed", successor: null });
      }
      const { current, next, previous } = await keys.byState();
      expect(current.kid).toBe(before.current.kid);
      expect(next.kid).not.toBe(before.next.kid);
      expect(previous).toEqual([]);
    });
  });

  describe("when a change is audited", () => {
    it("writes the audit line in the same transaction, and changes nothing without it", async () => {
      await store.keepInOrder();
      const { current, next } = await keys.byState();
      const before = await store.load();
      keys.untilEverybodyKnows();
      await keys.dataSource.query(
        "ALTER TABLE google_auth.audit_events RENAME TO audit_away",
      );
      await expect(store.rotate()).rejects.toThrow("audit_events");
      expect(await store.load()).toEqual(before);
      await keys.dataSource.query(
        "ALTER TABLE google_auth.audit_away RENAME TO audit_events",
      );
      await store.rotate();
      await store.remove(current.kid, true);
      expect(await keys.auditLines()).toEqual([
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
