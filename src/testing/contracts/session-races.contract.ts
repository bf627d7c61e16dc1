import type { EndedSessions } from "../../sessions/session-store.port";
import { race, racers } from "./contract-runs";
import { isNamed } from "./session-ending.contract";
import { issued, newUserId, type SessionBench } from "./session-store.setup";
import { describe, expect, it } from "./test-globals";

/**
 * The contract of `SessionStore` for concurrent calls, on two instances if
 * available.
 */
export function sessionRacesContract(given: () => SessionBench): void {
  describe("concurrent calls", () => {
    it("rotate a token once, and all get the same successor", async () => {
      const session = await given().start(newUserId());
      const outcomes = await race((index) =>
        given().rotate(session, 1, { store: given().storeOf(index) }),
      );
      expect(outcomes.map(issued)).toEqual(Array(racers).fill("2"));
      const found = await given().store.find(session.id);
      expect([found?.generation, found?.rotations.length]).toEqual([2, 1]);
    });

    it("count one late retry, and all get the same successor", async () => {
      const session = await given().start(newUserId());
      await given().rotate(session);
      given().clock.advance(given().rules.refreshGraceSeconds);
      const outcomes = await race((index) =>
        given().rotate(session, 1, { store: given().storeOf(index) }),
      );
      const late = outcomes.map(issued).filter((it) => it === "2 late");
      const others = outcomes.map(issued).filter((it) => it === "2");
      expect([late.length, others.length]).toEqual([1, racers - 1]);
      const found = await given().store.find(session.id);
      expect(found?.lateRetries).toHaveLength(1);
    });

    it("end a session once", async () => {
      const session = await given().start(newUserId());
      const ends = await race((index) =>
        given().end(session, given().storeOf(index)),
      );
      expect(ends.filter((ended) => ended)).toHaveLength(1);
    });

    it("each replace the previous token when authenticating, and none is lost", async () => {
      const session = await given().start(newUserId());
      const renewed = await race(
        (index) =>
          given().authenticate(session, { store: given().storeOf(index) }),
        10,
      );
      const generations = renewed.map((one) => one?.generation ?? 0);
      expect(generations.sort((a, b) => a - b)).toEqual(
        Array.from({ length: 10 }, (_, index) => index + 2),
      );
    });

    it("of rotate and end leave the session ended, in either order", async () => {
      const sessions = await race(() => given().start(newUserId()), 25);
      const calls = sessions.flatMap((session, index) => [
        given().rotate(session, 1, { store: given().storeOf(index) }),
        given().end(session, given().storeOf(index + 1)),
      ]);
      await Promise.all(calls);
      for (const session of sessions) {
        expect(await given().liveIds(session.userId)).toEqual([]);
        expect(issued(await given().rotate(session, 2))).toBe("ended");
      }
    });

    it("of start and endAll either end and return the new session, or neither", async () => {
      for (let round = 0; round < 5; round++) {
        const userId = newUserId();
        const before = await race(() => given().start(userId), 5);
        const [ended, ...started] = await Promise.all([
          given().endAll(userId),
          ...Array.from({ length: racers }, (_, index) =>
            given().start(userId, { store: given().storeOf(index) }),
          ),
        ]);
        const live = new Set(await given().liveIds(userId));
        for (const session of [...before, ...started]) {
          expect(live.has(session.id)).toBe(!isNamed(session, ended));
        }
        expect(before.some(({ id }) => live.has(id))).toBe(false);
      }
    });

    it("of rotate or authenticate and endAll either end and return the session, or neither", async () => {
      const userId = newUserId();
      const sessions = await race(() => given().start(userId), 20);
      const [ended] = await Promise.all([
        given().endAll(userId),
        ...sessions.map((session, index) =>
          given().rotate(session, 1, { store: given().storeOf(index) }),
        ),
        ...sessions.map((session, index) =>
          given().authenticate(session, { store: given().storeOf(index + 1) }),
        ),
      ]);
      expect(await given().liveIds(userId)).toEqual([]);
      for (const { id } of sessions) {
        const session = await given().store.find(id);
        expect(session && isNamed(session, ended)).toBe(true);
      }
    });

    it("of endAll end every session started before, permanently", async () => {
      const userId = newUserId();
      const endings: EndedSessions[] = [];
      await race(async (index) => {
        const store = given().storeOf(index);
        for (let round = 0; round < 3; round++) {
          const session = await given().start(userId, { store });
          const ended = await given().endAll(userId, undefined, store);
          expect(isNamed(session, ended)).toBe(true);
          endings.push(ended);
        }
      }, 15);
      expect(await given().liveIds(userId)).toEqual([]);
      const next = await given().start(userId);
      expect(endings.some((ended) => isNamed(next, ended))).toBe(false);
      expect(await given().liveIds(userId)).toEqual([next.id]);
    });
  });
}
