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

/** What is put to the contract of {@link SessionStore}. */
export interface SessionStoreContract {
  /** Makes a store; it may know sessions of other users from tests before. */
  readonly create: MakeSessionStore;
  /** Whether many calls at once are tested as well. */
  readonly concurrent?: boolean;
  /** Whether the store takes part in the transactions it is handed. */
  readonly transactional?: boolean;
  /** Whether `create` gives an `outage`, for what the store says during one. */
  readonly outages?: boolean;
}

/**
 * The promises of `SessionStore`, one test each:
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
  describe("the store, while it is away", () => {
    it("says so, and a token is as good afterwards as before", async () => {
      const { outage } = given().underTest;
      if (!outage) throw new Error("create() gives no outage");
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
  describe("start, for a proved user", () => {
    it("answers a session as it begins", async () => {
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

    it("is a session of its own, each time it is called", async () => {
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

    it("keeps no address and no agent, where there are none", async () => {
      const nothing = { device: null, ip: null, userAgent: null };
      const session = await given().start(newUserId(), nothing);
      expect(session).toMatchObject(nothing);
      expect(await given().store.find(session.id)).toEqual(session);
    });
  });

  describe("find, by the id", () => {
    it("gives the session, whatever it has been through", async () => {
      const { store } = given();
      const session = await given().start(newUserId());
      expect(await store.find(session.id)).toEqual(session);
      given().clock.advance(1);
      const outcome = await given().rotate(session);
      expect(outcome).toMatchObject({
        session: await store.find(session.id),
      });
    });

    it("gives a session that is over as well, and says so", async () => {
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

    it("gives null, when there is none", async () => {
      expect(await given().store.find(randomUUID())).toBeNull();
    });
  });

  describe("list, of a user's sessions", () => {
    it("names the last used first, and no other user's", async () => {
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

    it("names them as they are, as find does", async () => {
      const session = await given().start(newUserId());
      given().clock.advance(1);
      await given().rotate(session);
      expect(await given().store.list(session.userId)).toEqual([
        await given().store.find(session.id),
      ]);
    });

    it("leaves out those that are over, for whatever reason", async () => {
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

    it("names a thousand at most, and leaves out the longest unused", async () => {
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
