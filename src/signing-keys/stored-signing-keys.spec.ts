import { newSecretKey } from "../../test/support/key-stores";
import {
  subject,
  useStoredSigningKeys,
} from "../../test/support/use-stored-signing-keys";
import { keptAfterUseSeconds, publishedBeforeUseSeconds } from "./key-life";
import { StoredSigningKeys } from "./stored-signing-keys";

describe("StoredSigningKeys", () => {
  const site = useStoredSigningKeys();

  describe("when it has not been started", () => {
    it("is unavailable", async () => {
      const early = new StoredSigningKeys(site.store, site.clock);
      expect(() => early.current()).toThrow("signing_keys_not_loaded");
      expect(early.published()).toEqual([]);
      await early.onModuleDestroy();
    });
  });

  describe("when it starts", () => {
    it("publishes the current key, then the next one", () => {
      const [current, next, ...others] = site.publishedKids();
      expect(current).toBe(site.keys.current().kid);
      expect(site.keys.find(next ?? "")).toMatchObject({ algorithm: "ES256" });
      expect(others).toEqual([]);
    });

    it("fails if the keys were encrypted under another secret", async () => {
      const start = site.started(site.storeWith({ secretKey: newSecretKey }));
      await expect(start).rejects.toThrow("under another SECRET_KEY");
    });
  });

  describe("when another instance rotates", () => {
    it("keeps using its own key until it reloads, and accepts both", async () => {
      const [first, second] = site.publishedKids();
      site.clock.advance(publishedBeforeUseSeconds);
      await site.store.rotate();
      expect(site.keys.current().kid).toBe(first);
      await site.keys.reload();
      expect(site.keys.current().kid).toBe(second);
      expect(site.publishedKids()).toHaveLength(3);
      expect(site.publishedKids().slice(0, 3)).toEqual([
        second,
        expect.any(String),
        first,
      ]);
    });

    it("drops the old key when its last token has expired, without a reload", async () => {
      const [first = ""] = site.publishedKids();
      site.clock.advance(publishedBeforeUseSeconds);
      await site.store.rotate();
      await site.keys.reload();
      site.clock.advance(keptAfterUseSeconds - 0.001);
      expect(site.keys.find(first)).not.toBeNull();
      expect(site.publishedKids()).toContain(first);
      site.clock.advance(0.001);
      expect(site.keys.find(first)).toBeNull();
      expect(site.publishedKids()).not.toContain(first);
      // After the clock jumped back, the key is still there.
      site.clock.advance(-1);
      expect(site.keys.find(first)).not.toBeNull();
    });
  });

  describe("when a key is removed", () => {
    it("refuses its tokens from the reload on, even cached ones", async () => {
      const tokens = site.tokensOf(site.keys);
      const { token } = await tokens.issue(subject);
      expect(tokens.verify(token).userId).toBe(subject.userId);
      await site.store.remove(site.keys.current().kid, false);
      await site.keys.reload();
      expect(() => tokens.verify(token)).toThrow("unknown_key");
      const { token: another } = await tokens.issue(subject);
      expect(tokens.verify(another).userId).toBe(subject.userId);
    });
  });

  describe("when all rows are deleted", () => {
    it("creates new keys and drops the ones it had", async () => {
      const before = site.publishedKids();
      await site.dataSource.query("DELETE FROM google_auth.signing_keys");
      await site.keys.reload();
      expect(site.publishedKids()).toHaveLength(2);
      for (const kid of before) expect(site.publishedKids()).not.toContain(kid);
    });
  });
});
