import { randomUUID } from "node:crypto";
import type { EndedSessions, Session } from "../../sessions/session-store.port";
import { race, rolledBack } from "./contract-runs";
import { issued, newUserId, type SessionBench } from "./session-store.setup";
import { describe, expect, it } from "./test-globals";

/** The contract of `SessionStore.end`, `endAll` and `erase`. */
export function sessionEndingContract(
  given: () => SessionBench,
  { transactional = false }: { readonly transactional?: boolean },
): void {
  describe("end", () => {
    it("ends only this session, and stores the reason", async () => {
      const userId = newUserId();
      const [mine, other] = [
        await given().start(userId),
        await given().start(userId),
      ];
      expect(await given().end(mine)).toBe(true);
      expect(await given().liveIds(userId)).toEqual([other.id]);
      expect(await given().store.find(mine.id)).toMatchObject({
        revokedAt: given().inSeconds(0),
        revokedReason: "signed_out",
      });
    });

    it("returns false if the session has already ended or is another user's", async () => {
      const session = await given().start(newUserId());
      const [userId, id] = [newUserId(), randomUUID()];
      expect(await given().end({ ...session, userId })).toBe(false);
      expect(await given().end({ ...session, id })).toBe(false);
      expect(await given().liveIds(session.userId)).toEqual([session.id]);
      expect(await given().end(session)).toBe(true);
      expect(await given().end(session)).toBe(false);
    });

    it("ends the session when called again after a rolled-back transaction", async () => {
      const session = await given().start(newUserId());
      const { transaction } = given().underTest;
      await rolledBack(transaction, (own) =>
        given().store.end(session.id, session.userId, "signed_out", own),
      );
      if (transactional) {
        expect(await given().store.find(session.id)).toEqual(session);
      }
      await given().end(session);
      expect(issued(await given().rotate(session))).toBe("ended");
    });
  });

  describe("endAll", () => {
    it("ends every session of the user, and returns a whole second after them", async () => {
      const userId = newUserId();
      const mine = await race(() => given().start(userId), 3);
      const other = await given().start(newUserId());
      const ended = await given().endAll(userId);
      expect((ended.before?.getTime() ?? 1) % 1000).toBe(0);
      expect(mine.every((session) => isNamed(session, ended))).toBe(true);
      expect(await given().liveIds(userId)).toEqual([]);
      expect(await given().liveIds(other.userId)).toEqual([other.id]);
    });

    it("does not end sessions started afterwards, even within the same second", async () => {
      const userId = newUserId();
      await given().start(userId);
      const ended = await given().endAll(userId);
      const next = await given().start(userId);
      expect(isNamed(next, ended)).toBe(false);
      expect(await given().store.find(next.id)).toEqual(next);
      expect(await given().liveIds(userId)).toEqual([next.id]);
      expect(issued(await given().rotate(next))).toBe("2");
    });

    it("ends sessions started since the previous call, even within the same second", async () => {
      const userId = newUserId();
      const endings: EndedSessions[] = [];
      for (let round = 0; round < 3; round++) {
        const session = await given().start(userId);
        const ended = await given().endAll(userId);
        expect(isNamed(session, ended)).toBe(true);
        expect(endings.some((past) => isNamed(session, past))).toBe(false);
        expect(await given().liveIds(userId)).toEqual([]);
        endings.push(ended);
      }
    });

    if (!transactional) return;
    it("has no effect if its transaction is rolled back", async () => {
      const session = await given().start(newUserId());
      const { transaction } = given().underTest;
      await rolledBack(transaction, (own) =>
        given().store.endAll(session.userId, "ended_by_admin", own),
      );
      expect(await given().store.find(session.id)).toEqual(session);
      expect(await given().liveIds(session.userId)).toEqual([session.id]);
    });
  });

  describe("endAll, with provedUpTo", () => {
    it("ends only sessions verified at or before the time", async () => {
      const userId = newUserId();
      const { old, exact, later } = await threeProofs(given(), userId);
      const ended = await given().endAll(userId, exact.provedAt);
      const named = [old, exact, later].map((one) => isNamed(one, ended));
      expect(named).toEqual([true, true, false]);
      expect(await given().liveIds(userId)).toEqual([later.id]);
      expect(issued(await given().rotate(exact))).toBe("ended");
      expect(issued(await given().rotate(later))).toBe("2");
    });

    it("ends all if none was verified later", async () => {
      const userId = newUserId();
      const sessions = Object.values(await threeProofs(given(), userId));
      const ended = await given().endAll(userId, given().inSeconds(0));
      expect(sessions.every((one) => isNamed(one, ended))).toBe(true);
      expect(await given().liveIds(userId)).toEqual([]);
    });

    it("uses the last verification of a session, not the first", async () => {
      const userId = newUserId();
      const { old, exact } = await threeProofs(given(), userId);
      const renewed = await given().authenticate(old);
      const ended = await given().endAll(userId, exact.provedAt);
      expect(renewed && isNamed(renewed, ended)).toBe(false);
      expect(await given().liveIds(userId)).toContain(old.id);
      expect(await given().liveIds(userId)).not.toContain(exact.id);
    });

    it("returns them again after a rolled-back transaction", async () => {
      const userId = newUserId();
      const { old, exact, later } = await threeProofs(given(), userId);
      const upTo = exact.provedAt;
      await rolledBack(given().underTest.transaction, (own) =>
        given().store.endAll(userId, "security_event", own, upTo),
      );
      const ended = await given().endAll(userId, upTo);
      const named = [old, exact, later].map((one) => isNamed(one, ended));
      expect(named).toEqual([true, true, false]);
    });
  });

  describe("erase", () => {
    it("erases the ended sessions of this user only", async () => {
      const userId = newUserId();
      const mine = await race(() => given().start(userId), 3);
      if (mine[0]) await given().end(mine[0]);
      const other = await given().start(newUserId());
      await given().underTest.transaction(async (transaction) => {
        await given().store.endAll(userId, "user_deleted", transaction);
        await given().store.erase(userId, transaction);
      });
      for (const session of mine) {
        expect(await given().store.find(session.id)).toBeNull();
        expect(issued(await given().rotate(session))).toBe("ended");
      }
      expect(await given().store.find(other.id)).toEqual(other);
      expect(await given().liveIds(other.userId)).toEqual([other.id]);
    });
  });
}

/**
 * Whether the result of ending sessions covers the access tokens of a session.
 */
export function isNamed(
  { id, authenticatedAt }: Session,
  { before, sessionIds }: EndedSessions,
): boolean {
  // The times in a token are whole seconds.
  const seconds = Math.floor(authenticatedAt.getTime() / 1000);
  return (
    sessionIds.includes(id) ||
    (before !== null && seconds < before.getTime() / 1000)
  );
}

async function threeProofs(bench: SessionBench, userId: string) {
  return {
    old: await bench.start(userId, { proof: bench.proof(120) }),
    exact: await bench.start(userId, { proof: bench.proof(60) }),
    later: await bench.start(userId, { proof: bench.proof(59) }),
  };
}
