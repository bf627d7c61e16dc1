import { randomBytes, randomUUID } from "node:crypto";
import {
  issued,
  type MakeSessionStore,
  newUserId,
  SessionBench,
} from "./session-store.setup";
import { describe, expect, it } from "./test-globals";

/** The contract of `SessionStore.rotate`. */
export function sessionRotationContract(
  given: () => SessionBench,
  { create }: { readonly create: MakeSessionStore },
): void {
  describe("rotate, with the current token", () => {
    it("replaces it with its successor, and records the use", async () => {
      const { clock, rules, store } = given();
      const session = await given().start(newUserId());
      clock.advance(60);
      const call = { ip: "2001:db8::9", userAgent: "Phone/2" };
      const outcome = await given().rotate(session, 1, call);
      expect(outcome).toEqual({
        kind: "rotated",
        late: false,
        session: {
          ...session,
          ...call,
          ...{ generation: 2, rotations: [given().inSeconds(0)] },
          idleExpiresAt: given().inSeconds(rules.idleTtlSeconds),
          lastUsedAt: given().inSeconds(0),
        },
      });
      expect(await store.find(session.id)).toMatchObject({ generation: 2 });
      expect(issued(await given().rotate(session, 2))).toBe("3");
    });

    it("keeps the client's data if the call has none", async () => {
      const session = await given().start(newUserId());
      const nothing = { ip: null, userAgent: null };
      expect(await given().rotate(session, 1, nothing)).toMatchObject({
        session: { ip: session.ip, userAgent: session.userAgent },
      });
    });

    it("extends a session, but not beyond its maximum lifetime", async () => {
      const { clock, rules } = given();
      const session = await given().start(newUserId());
      const end = given().inSeconds(rules.maxTtlSeconds);
      let generation = 1;
      while (given().inSeconds(rules.idleTtlSeconds) < end) {
        clock.advance(rules.idleTtlSeconds - 1);
        const outcome = await given().rotate(session, generation);
        expect(issued(outcome)).toBe(String(++generation));
      }
      expect(await given().store.find(session.id)).toMatchObject({
        ...{ idleExpiresAt: end, absoluteExpiresAt: end },
      });
      clock.advance((end.getTime() - clock.now()) / 1000 - 0.001);
      expect(issued(await given().rotate(session, generation))).toBe(
        String(generation + 1),
      );
      clock.advance(0.001);
      expect(issued(await given().rotate(session, generation + 1))).toBe(
        "expired",
      );
    });

    it("refuses it as expired if the session was idle for too long", async () => {
      const { clock, rules } = given();
      const session = await given().start(newUserId());
      clock.advance(rules.idleTtlSeconds);
      expect(issued(await given().rotate(session))).toBe("expired");
    });

    it("refuses it as ended if the session has ended or never existed", async () => {
      const userId = newUserId();
      const [ended, cutOff] = [
        await given().start(userId),
        await given().start(userId),
      ];
      await given().end(ended);
      expect(issued(await given().rotate(ended))).toBe("ended");
      await given().endAll(userId);
      expect(issued(await given().rotate(cutOff))).toBe("ended");
      const unknown = { ...cutOff, id: randomUUID() };
      expect(issued(await given().rotate(unknown))).toBe("ended");
    });
  });

  describe("rotate, with a replaced token", () => {
    it("returns the same successor within the grace period, and changes nothing", async () => {
      const { clock, rules, store } = given();
      const session = await given().start(newUserId());
      await given().rotate(session);
      const before = await store.find(session.id);
      for (const seconds of [0, rules.refreshGraceSeconds - 1, 0.999]) {
        clock.advance(seconds);
        expect(issued(await given().rotate(session, 1))).toBe("2");
      }
      expect(await store.find(session.id)).toEqual(before);
    });

    it("returns each one's successor if several were replaced within the grace period", async () => {
      const session = await given().start(newUserId());
      for (const generation of [1, 2, 3]) {
        await given().rotate(session, generation);
      }
      const again = [];
      for (const generation of [1, 2, 3, 4]) {
        again.push(issued(await given().rotate(session, generation)));
      }
      expect(again).toEqual(["2", "3", "4", "5"]);
    });

    it("returns the successor for the allowed late retries, and then treats it as theft", async () => {
      const { clock, rules } = given();
      const session = await given().start(newUserId());
      await given().rotate(session);
      clock.advance(rules.refreshGraceSeconds);
      expect(issued(await given().rotate(session, 1))).toBe("2 late");
      clock.advance(rules.refreshGraceSeconds - 0.001);
      expect(issued(await given().rotate(session, 1))).toBe("2");
      clock.advance(0.001);
      expect(issued(await given().rotate(session, 1))).toBe("reused");
    });

    it("applies the configured rules if they allow no late retries", async () => {
      const strict = await new SessionBench({
        ...{ refreshLateRetries: 0, refreshGraceSeconds: 2 },
      }).open(create);
      try {
        const session = await strict.start(newUserId());
        await strict.rotate(session);
        strict.clock.advance(1.999);
        expect(issued(await strict.rotate(session, 1))).toBe("2");
        strict.clock.advance(0.001);
        expect(issued(await strict.rotate(session, 1))).toBe("reused");
      } finally {
        await strict.close();
      }
    });

    it("treats an older one as theft, without ending the session itself", async () => {
      const { clock, rules } = given();
      const session = await given().start(newUserId());
      await given().rotate(session, 1);
      await given().rotate(session, 2);
      clock.advance(rules.refreshGraceSeconds);
      const { id, userId } = session;
      expect(await given().rotate(session, 1)).toMatchObject({
        ...{ kind: "reused", session: { id, userId } },
      });
      expect(await given().liveIds(userId)).toEqual([id]);
      expect(issued(await given().rotate(session, 3))).toBe("4");
    });
  });

  describe("rotate, with a token ahead of the session, as after a restore", () => {
    it("continues from there, and applies the rules to older tokens", async () => {
      const { clock, rules, store } = given();
      const session = await given().start(newUserId());
      await given().rotate(session, 1);
      expect(issued(await given().rotate(session, 5))).toBe("6");
      expect(await store.find(session.id)).toMatchObject({ generation: 6 });
      // As far as the store knows, replaced within the grace period.
      for (const [generation, successor] of [
        ...([
          [5, "6"],
          [3, "4"],
          [2, "3"],
        ] as const),
      ]) {
        expect(issued(await given().rotate(session, generation))).toBe(
          successor,
        );
      }
      clock.advance(rules.refreshGraceSeconds);
      expect(issued(await given().rotate(session, 4))).toBe("reused");
      expect(issued(await given().rotate(session, 6))).toBe("7");
    });

    it("continues regardless of how far it is ahead", async () => {
      const session = await given().start(newUserId());
      expect(issued(await given().rotate(session, 1000))).toBe("1001");
      expect(issued(await given().rotate(session, 1000))).toBe("1001");
    });

    it("does not revive an ended or expired session", async () => {
      const userId = newUserId();
      const [ended, cutOff] = [
        await given().start(userId),
        await given().start(userId),
      ];
      await given().end(ended);
      await given().endAll(userId);
      const old = await given().start(newUserId());
      given().clock.advance(given().rules.idleTtlSeconds);
      const outcomes = [ended, cutOff, old].map((one) =>
        given().rotate(one, 9),
      );
      expect((await Promise.all(outcomes)).map(issued)).toEqual([
        ...["ended", "ended", "expired"],
      ]);
    });
  });

  describe("rotate, with a token that is not of the session", () => {
    it("refuses it, and changes nothing", async () => {
      const { clock, rules, store } = given();
      const session = await given().start(newUserId(), { keyThumbprint: "k1" });
      await given().rotate(session, 1);
      await given().rotate(session, 2);
      clock.advance(rules.refreshGraceSeconds);
      const before = await store.find(session.id);
      const otherSalt = { ...session, salt: randomBytes(32) };
      for (const outcome of [
        await given().rotate(session, 3, { keyThumbprint: "k2" }),
        await given().rotate(session, 3, { keyThumbprint: null }),
        await given().rotate(session, 1, { keyThumbprint: "k2" }),
        await given().rotate(otherSalt, 3),
        await given().rotate(otherSalt, 2),
        await given().rotate(otherSalt, 1),
        await given().rotate(otherSalt, 4),
      ]) {
        expect(outcome).toEqual({ kind: "not-accepted" });
      }
      expect(await store.find(session.id)).toEqual(before);
      expect(issued(await given().rotate(session, 3))).toBe("4");
    });

    it("refuses one with a key if the session has none", async () => {
      const session = await given().start(newUserId());
      const outcome = await given().rotate(session, 1, { keyThumbprint: "k1" });
      expect(outcome).toEqual({ kind: "not-accepted" });
    });
  });
}
