import type { ThrottlerStorage } from "@nestjs/throttler";
import { randomUUID } from "node:crypto";
import { race, racers } from "./contract-runs";
import { afterEach, beforeEach, describe, expect, it } from "./test-globals";

/** The storage under test, and what the tests need. */
export interface ThrottlerStorageUnderTest {
  readonly storage: ThrottlerStorage;
  /** The storage of another instance that shares the counts. */
  readonly other?: ThrottlerStorage;
  /** Lets this much time pass for the counts. */
  pass(seconds: number): void | Promise<void>;
  /** Called after each test. */
  dispose(): void | Promise<void>;
}

/** The options of {@link throttlerStorageContract}. */
export interface ThrottlerStorageContract {
  readonly create: () =>
    ThrottlerStorageUnderTest | Promise<ThrottlerStorageUnderTest>;
  /** Whether to test concurrent calls. */
  readonly concurrent?: boolean;
}

/** The length of the windows, in milliseconds. */
const minute = 60_000;

/**
 * The contract tests of a storage for `@nestjs/throttler`, as used by the rate
 * limits. Windows are fixed: they start with a key's first hit.
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
    // Real time passes as well.
    expect(value).toBeGreaterThanOrEqual(atMost - slack);
  };

  describe("increment", () => {
    it("allows hits up to the limit, and blocks further ones", async () => {
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

    it("returns in whole seconds when the window and the block end", async () => {
      const good = await hit(1);
      isSeconds(good.timeToExpire, 60);
      const blocked = await hit(1);
      isSeconds(blocked.timeToExpire, 60);
      isSeconds(blocked.timeToBlockExpire, 60);
      await made.pass(40);
      isSeconds((await hit(9)).timeToExpire, 20);
    });

    it("counts each key separately, even if similar", async () => {
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

  describe("increment, over time", () => {
    it("restarts when the window of the first hit is over", async () => {
      await hit(2);
      await made.pass(40);
      expect(await hit(2)).toMatchObject({ totalHits: 2, isBlocked: false });
      await made.pass(21);
      expect(await hit(2)).toMatchObject({ totalHits: 1, isBlocked: false });
    });

    it("continues counting until then", async () => {
      await hit(1);
      await made.pass(50);
      expect(await hit(1)).toMatchObject({ isBlocked: true });
      await made.pass(5);
      expect(await hit(1)).toMatchObject({ isBlocked: true });
    });

    it("does not extend a block, regardless of further hits", async () => {
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
  describe("increment, concurrently", () => {
    it("allows exactly the limit, on all instances together", async () => {
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

    it("starts one window when the previous one is over", async () => {
      await hit(20);
      await made.pass(61);
      const records = await race(() => hit(20));
      const first = records.filter(({ totalHits }) => totalHits === 1);
      expect(first).toHaveLength(1);
    });
  });
}
