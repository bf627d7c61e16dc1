import type { ThrottlerStorage } from "@nestjs/throttler";
import { randomUUID } from "node:crypto";
import { race, racers } from "./contract-runs";
import { afterEach, beforeEach, describe, expect, it } from "./test-globals";

/** A storage, and what its tests need. */
export interface ThrottlerStorageUnderTest {
  readonly storage: ThrottlerStorage;
  /** The storage of another instance, that counts together with the first. */
  readonly other?: ThrottlerStorage;
  /** Lets so much time go by for what is counted. */
  pass(seconds: number): void | Promise<void>;
  /** Called after each test. */
  dispose(): void | Promise<void>;
}

/** What is put to the contract of `ThrottlerStorage`. */
export interface ThrottlerStorageContract {
  readonly create: () =>
    ThrottlerStorageUnderTest | Promise<ThrottlerStorageUnderTest>;
  /** Whether many calls at once are tested as well. */
  readonly concurrent?: boolean;
}

/** The length of the windows, in milliseconds. */
const minute = 60_000;

/**
 * What the rate limits rely on of a storage for `@nestjs/throttler`, one test
 * each. Its windows are fixed: they begin with a key's first hit.
 *
 *     describe("MyThrottlerStorage", () => {
 *       throttlerStorageContract({
 *         concurrent: true,
 *         create: () => ({
 *           storage: new MyThrottlerStorage(client),
 *           pass: (seconds) => clock.advance(seconds),
 *           dispose: () => client.clear(),
 *         }),
 *       });
 *     });
 */
export function throttlerStorageContract({
  create,
  concurrent = false,
}: ThrottlerStorageContract): void {
  let made: ThrottlerStorageUnderTest;
  let key: string;

  beforeEach(async () => {
    made = await create();
    key = `signIn:${randomUUID()}`;
  });

  afterEach(async () => {
    await made.dispose();
  });

  const hit = (limit: number, { of = key, on = made.storage } = {}) =>
    on.increment(of, minute, limit, minute, "signIn");
  const isSeconds = (value: number, atMost: number, slack = 2) => {
    expect(Number.isInteger(value)).toBe(true);
    expect(value).toBeLessThanOrEqual(atMost);
    // Real time goes by as well.
    expect(value).toBeGreaterThanOrEqual(atMost - slack);
  };

  describe("increment, of a key", () => {
    it("is good up to the limit, and blocked from the next hit on", async () => {
      for (let count = 1; count <= 3; count++) {
        expect(await hit(3)).toMatchObject({
          ...{ totalHits: count, isBlocked: false, timeToBlockExpire: 0 },
        });
      }
      for (let count = 4; count <= 6; count++) {
        const record = await hit(3);
        expect(record.isBlocked).toBe(true);
        expect(record.totalHits).toBeGreaterThan(3);
      }
    });

    it("says in whole seconds when the window and the block end", async () => {
      const good = await hit(1);
      isSeconds(good.timeToExpire, 60);
      const blocked = await hit(1);
      isSeconds(blocked.timeToExpire, 60);
      isSeconds(blocked.timeToBlockExpire, 60);
      await made.pass(40);
      isSeconds((await hit(9)).timeToExpire, 20);
    });

    it("counts every key by itself, however alike", async () => {
      await hit(1);
      const likes = [`${key}0`, key.toUpperCase(), `${key} `, `${key}%`, ""];
      for (const of of likes) {
        const other = of === "" ? key.slice(0, -1) : of;
        expect(await hit(1, { of: other })).toMatchObject({
          ...{ totalHits: 1, isBlocked: false },
        });
      }
      expect(await hit(1)).toMatchObject({ isBlocked: true });
    });
  });

  describe("increment, as time goes by", () => {
    it("begins anew when the window of the first hit is over", async () => {
      await hit(2);
      await made.pass(40);
      expect(await hit(2)).toMatchObject({ totalHits: 2, isBlocked: false });
      await made.pass(21);
      expect(await hit(2)).toMatchObject({ totalHits: 1, isBlocked: false });
    });

    it("goes on counting until then", async () => {
      await hit(1);
      await made.pass(50);
      expect(await hit(1)).toMatchObject({ isBlocked: true });
      await made.pass(5);
      expect(await hit(1)).toMatchObject({ isBlocked: true });
    });

    it("keeps nobody out for longer than the block, however often it is hit", async () => {
      for (let count = 0; count < 5; count++) {
        await hit(1);
        await made.pass(10);
      }
      await made.pass(71);
      const record = await hit(1);
      expect(record).toMatchObject({ totalHits: 1, isBlocked: false });
      isSeconds(record.timeToExpire, 60);
    });
  });

  if (!concurrent) return;
  describe("increment, by many at once", () => {
    it("lets in exactly as many as may be, on all instances together", async () => {
      const { storage, other = storage } = made;
      const records = await race((index) =>
        hit(20, { on: index % 2 === 0 ? storage : other }),
      );
      const good = records.filter(({ isBlocked }) => !isBlocked);
      const counts = good.map(({ totalHits }) => totalHits);
      expect(counts.sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
      expect(records).toHaveLength(racers);
    });

    it("begins one window, when the one before is over", async () => {
      await hit(20);
      await made.pass(61);
      const records = await race(() => hit(20));
      const first = records.filter(({ totalHits }) => totalHits === 1);
      expect(first).toHaveLength(1);
    });
  });
}
