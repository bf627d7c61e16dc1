import { randomUUID } from "node:crypto";
import { digestOf } from "../../users/stored-identity";
import { expectUnavailable, race } from "./contract-runs";
import { sessionEndingContract } from "./session-ending.contract";
import { sessionProofContract } from "./session-proof.contract";
import { sessionRacesContract } from "./session-races.contract";
import { sessionRotationContract } from "./session-rotation.contract";
import {
  issued,
  type MakeSessionStore,
  newUserId,
  SessionBench,
} from "./session-store.setup";
import { afterEach, beforeEach, describe, expect, it } from "./test-globals";

/** The options of {@link sessionStoreContract}. */
export interface SessionStoreContract {
  /**
   * Creates a store; it may contain sessions of other users from previous
   * tests.
   */
  readonly create: MakeSessionStore;
  /** Whether to test concurrent calls. */
  readonly concurrent?: boolean;
  /** Whether changes are rolled back with their transaction. */
  readonly transactional?: boolean;
  /** Whether `create` returns an `outage`, to test the errors during one. */
  readonly outages?: boolean;
}

/**
 * The contract tests of `SessionStore`:
 *
 *     describe("MySessionStore", () => {
 *       sessionStoreContract({
 *         concurrent: true,
 *         create: ({ rules, clock }) => ({
 *           store: new MySessionStore(client, rules, clock),
 *           transaction: looseTransaction,
 *           dispose: () => client.clear(),
 *         }),
 *       });
 *     });
 */
export function sessionStoreContract(contract: SessionStoreContract): void {
  let bench: SessionBench;

  beforeEach(async () => {
    bench = await new SessionBench().open(contract.create);
  });

  afterEach(() => bench.close());

  startContract(() => bench);
  sessionRotationContract(() => bench, contract);
  sessionProofContract(() => bench);
  sessionEndingContract(() => bench, contract);
  if (contract.concurrent) sessionRacesContract(() => bench);

  if (contract.outages) outageContract(() => bench);
}

function outageContract(given: () => SessionBench): void {
  describe("the store, while it is unavailable", () => {
    it("reports it, and a token remains valid", async () => {
      const { outage } = given().underTest;
      if (!outage) throw new Error("create() does not return an outage");
      const session = await given().start(newUserId());
      await outage.begin();
      await Promise.all([
        expectUnavailable(given().rotate(session)),
        expectUnavailable(given().start(session.userId)),
        expectUnavailable(given().store.find(session.id)),
        expectUnavailable(given().store.list(session.userId)),
        expectUnavailable(given().authenticate(session)),
        expectUnavailable(given().end(session)),
        expectUnavailable(given().endAll(session.userId)),
      ]);
      await outage.end();
      expect(await given().store.find(session.id)).toEqual(session);
      expect(issued(await given().rotate(session))).toBe("2");
    });
  });
}

function startContract(given: () => SessionBench): void {
  describe("start", () => {
    it("returns the new session", async () => {
      const bench = given();
      const userId = newUserId();
      const proof = bench.proof(30);
      const session = await bench.start(userId, {
        ...{ proof, device: "Laptop", keyThumbprint: "k1" },
      });
      const { id, salt, authenticatedAt, ...rest } = session;
      expect(rest).toEqual({
        ...{ userId, clientId: proof.clientId },
        identityDigest: digestOf(proof),
        ...{ generation: 1, rotations: [], lateRetries: [] },
        idleExpiresAt: bench.inSeconds(bench.rules.idleTtlSeconds),
        absoluteExpiresAt: bench.inSeconds(bench.rules.maxTtlSeconds),
        ...{ device: "Laptop", ip: "192.0.2.1", userAgent: "Phone/1" },
        keyThumbprint: "k1",
        provedAt: new Date(proof.issuedAt * 1000),
        ...{ createdAt: bench.inSeconds(0), lastUsedAt: bench.inSeconds(0) },
        ...{ revokedAt: null, revokedReason: null },
      });
      expect(authenticatedAt).toEqual(bench.inSeconds(0));
      expect(id.length).toBe(36);
      expect(salt.length).toBeGreaterThanOrEqual(16);
    });

    it("starts another session at each call", async () => {
      const userId = newUserId();
      const proof = given().proof();
      const one = await given().start(userId, { proof });
      const other = await given().start(userId, { proof });
      expect(one.id).not.toBe(other.id);
      expect(one.salt).not.toEqual(other.salt);
      expect((await given().liveIds(userId)).sort()).toEqual(
        [one.id, other.id].sort(),
      );
    });

    it("stores null for a missing address and user agent", async () => {
      const nothing = { device: null, ip: null, userAgent: null };
      const session = await given().start(newUserId(), nothing);
      expect(session).toMatchObject(nothing);
      expect(await given().store.find(session.id)).toEqual(session);
    });
  });

  describe("find", () => {
    it("returns the session after any change", async () => {
      const { store } = given();
      const session = await given().start(newUserId());
      expect(await store.find(session.id)).toEqual(session);
      given().clock.advance(1);
      const outcome = await given().rotate(session);
      expect(outcome).toMatchObject({
        session: await store.find(session.id),
      });
    });

    it("also returns an ended session, marked as such", async () => {
      const [ended, cutOff, idle] = [
        await given().start(newUserId()),
        await given().start(newUserId()),
        await given().start(newUserId()),
      ];
      await given().end(ended);
      await given().endAll(cutOff.userId);
      given().clock.advance(given().rules.idleTtlSeconds);
      for (const { id, userId, salt } of [ended, cutOff, idle]) {
        const found = await given().store.find(id);
        expect(found).toMatchObject({ id, userId, salt });
        expect(found?.revokedAt !== null).toBe(id !== idle.id);
      }
    });

    it("returns null if not found", async () => {
      expect(await given().store.find(randomUUID())).toBeNull();
    });
  });

  describe("countLive", () => {
    it("counts the live sessions of all users up to the limit, or none at all", async () => {
      const { store } = given();
      const before = await store.countLive(1000);
      const ended = await given().start(newUserId());
      await given().start(newUserId());
      await given().end(ended);
      const isCounting = before !== null;
      expect(await store.countLive(1000)).toBe(isCounting ? before + 1 : null);
      expect(await store.countLive(1)).toBe(isCounting ? 1 : null);
    });
  });

  describe("list", () => {
    it("returns only the user's sessions, most recently used first", async () => {
      const userId = newUserId();
      const sessions = [
        await given().start(userId),
        (given().clock.advance(1), await given().start(userId)),
        (given().clock.advance(1), await given().start(userId)),
      ];
      const [a, b, c] = sessions.map(({ id }) => id);
      await given().start(newUserId());
      expect(await given().liveIds(userId)).toEqual([c, b, a]);
      given().clock.advance(1);
      if (sessions[0]) await given().rotate(sessions[0]);
      expect(await given().liveIds(userId)).toEqual([a, c, b]);
      expect(await given().liveIds(newUserId())).toEqual([]);
    });

    it("returns the same data as find", async () => {
      const session = await given().start(newUserId());
      given().clock.advance(1);
      await given().rotate(session);
      expect(await given().store.list(session.userId)).toEqual([
        await given().store.find(session.id),
      ]);
    });

    it("omits ended sessions, regardless of reason", async () => {
      const { clock, rules } = given();
      const userId = newUserId();
      const [idle, ended] = [
        await given().start(userId),
        await given().start(userId),
      ];
      await given().end(ended);
      clock.advance(1);
      const fresh = await given().start(userId);
      clock.advance(rules.idleTtlSeconds - 1);
      expect(await given().liveIds(userId)).toEqual([fresh.id]);
      expect(await given().liveIds(idle.userId)).not.toContain(idle.id);
      clock.advance(1);
      expect(await given().liveIds(userId)).toEqual([]);
    });

    it("returns at most a thousand, the most recently used ones", async () => {
      const userId = newUserId();
      const oldest = await given().start(userId);
      given().clock.advance(1);
      for (let batch = 0; batch < 20; batch++) {
        await race(() => given().start(userId));
      }
      const ids = await given().liveIds(userId);
      expect(ids).toHaveLength(1000);
      expect(ids).not.toContain(oldest.id);
    });
  });
}
