import { Logger } from "@nestjs/common";
import { KeyStores } from "../../test/support/key-stores";
import {
  subject,
  useStoredSigningKeys,
} from "../../test/support/use-stored-signing-keys";
import { keptAfterUseSeconds, publishedBeforeUseSeconds } from "./key-life";
import { SigningKeyStore } from "./signing-key-store";

describe("StoredSigningKeys, reloading,", () => {
  const site = useStoredSigningKeys();

  describe("when a token has an unknown key id", () => {
    it("reloads once, immediately, and again after 10 s, for any number of tokens", async () => {
      const look = jest.spyOn(SigningKeyStore.prototype, "load");
      const { kid } = site.keys.current();
      site.clock.advance(publishedBeforeUseSeconds);
      await site.store.rotate();
      const [unknown = ""] = (await site.store.load())
        .filter(({ state }) => state === "next")
        .map((key) => key.kid);
      look.mockClear();
      for (let i = 0; i < 100; i++) expect(site.keys.find(unknown)).toBeNull();
      await site.keys.reload();
      expect(look).toHaveBeenCalledTimes(1);
      expect(site.keys.find(unknown)).not.toBeNull();
      expect(site.keys.current().kid).not.toBe(kid);
      look.mockClear();
      site.keys.find("made up");
      site.clock.advance(9.999);
      site.keys.find("made up");
      expect(look).not.toHaveBeenCalled();
      site.clock.advance(0.001);
      site.keys.find("made up");
      site.keys.find("made up");
      expect(look).toHaveBeenCalledTimes(1);
      // A time in the future was recorded before the clock jumped back.
      await site.keys.reload();
      site.clock.advance(-3600);
      site.keys.find("made up");
      expect(look).toHaveBeenCalledTimes(2);
      await site.keys.reload();
      look.mockRestore();
    });

    it("does not reload for an expired key", async () => {
      const [first = ""] = site.publishedKids();
      site.clock.advance(publishedBeforeUseSeconds);
      await site.store.rotate();
      await site.keys.reload();
      site.clock.advance(keptAfterUseSeconds);
      const look = jest.spyOn(SigningKeyStore.prototype, "load");
      expect(site.keys.find(first)).toBeNull();
      expect(look).not.toHaveBeenCalled();
      look.mockRestore();
    });
  });

  describe("when the database is unavailable", () => {
    it("signs and verifies with its cached keys, and warns once", async () => {
      const warn = jest
        .spyOn(Logger.prototype, "warn")
        .mockReturnValue(undefined);
      const its = await KeyStores.start();
      its.clock = site.clock;
      const instance = await site.started(site.storeWith({}, its));
      const tokens = site.tokensOf(instance);
      await its.loseDatabase();
      for (let round = 0; round < 3; round++) {
        instance.find("made up");
        await expect(instance.reload()).rejects.toThrow("service_unavailable");
        const { token } = await tokens.issue(subject);
        expect(tokens.verify(token).userId).toBe(subject.userId);
        site.clock.advance(10);
      }
      expect(instance.published()).toHaveLength(2);
      expect(warn).toHaveBeenCalledTimes(1);
      await instance.onModuleDestroy();
      await its.stop();
      warn.mockRestore();
    });
  });

  describe("when time passes", () => {
    afterEach(() => jest.useRealTimers());

    it("reloads every 30 s until it is stopped", async () => {
      jest.useFakeTimers({
        doNotFake: [
          ...(["Date", "hrtime", "nextTick", "performance"] as const),
          ...(["queueMicrotask", "setImmediate", "setTimeout"] as const),
          ...(["clearImmediate", "clearTimeout"] as const),
        ],
      });
      const look = jest.spyOn(SigningKeyStore.prototype, "load");
      site.keys.onApplicationBootstrap();
      jest.advanceTimersByTime(29_999);
      expect(look).not.toHaveBeenCalled();
      for (let looks = 1; looks <= 3; looks++) {
        jest.advanceTimersByTime(looks === 1 ? 1 : 30_000);
        expect(look).toHaveBeenCalledTimes(looks);
        await site.keys.reload();
      }
      await site.keys.onModuleDestroy();
      jest.advanceTimersByTime(300_000);
      site.keys.find("made up");
      expect(look).toHaveBeenCalledTimes(3);
      look.mockRestore();
    });
  });
});
