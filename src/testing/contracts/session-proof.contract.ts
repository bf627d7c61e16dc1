import { digestOf } from "../../users/stored-identity";
import { issued, newUserId, type SessionBench } from "./session-store.setup";
import { describe, expect, it } from "./test-globals";

/** The contract of `SessionStore.authenticate`. */
export function sessionProofContract(given: () => SessionBench): void {
  describe("authenticate", () => {
    it("updates the session and replaces its token", async () => {
      const { clock, rules } = given();
      const session = await given().start(newUserId(), { keyThumbprint: "k1" });
      clock.advance(60);
      const proof = { ...given().proof(5), clientId: "another client" };
      const renewed = await given().authenticate(session, { proof });
      expect(renewed).toEqual({
        ...session,
        ...{ clientId: "another client", identityDigest: digestOf(proof) },
        ...{ generation: 2, rotations: [given().inSeconds(0)] },
        provedAt: new Date(proof.issuedAt * 1000),
        authenticatedAt: given().inSeconds(0),
        lastUsedAt: given().inSeconds(0),
        idleExpiresAt: given().inSeconds(rules.idleTtlSeconds),
      });
      expect(await given().store.find(session.id)).toEqual(renewed);
    });

    it("applies the rules of rotation to the previous token", async () => {
      const session = await given().start(newUserId());
      await given().authenticate(session);
      expect(issued(await given().rotate(session, 1))).toBe("2");
      given().clock.advance(given().rules.refreshGraceSeconds);
      expect(issued(await given().rotate(session, 2))).toBe("3");
      expect(issued(await given().rotate(session, 1))).toBe("reused");
    });

    it("is not dated before the time of the user's last endAll", async () => {
      const userId = newUserId();
      const { before } = await given().endAll(userId);
      const session = await given().start(userId);
      const renewed = await given().authenticate(session);
      expect(renewed?.authenticatedAt.getTime()).toBeGreaterThanOrEqual(
        before?.getTime() ?? Infinity,
      );
      expect(await given().liveIds(userId)).toEqual([session.id]);
    });
  });

  describe("authenticate, if not allowed", () => {
    it("returns null if the session has ended", async () => {
      const userId = newUserId();
      const [ended, cutOff] = [
        await given().start(userId),
        await given().start(userId),
      ];
      await given().end(ended);
      expect(await given().authenticate(ended)).toBeNull();
      await given().endAll(userId);
      expect(await given().authenticate(cutOff)).toBeNull();
      const idle = await given().start(userId);
      given().clock.advance(given().rules.idleTtlSeconds);
      expect(await given().authenticate(idle)).toBeNull();
    });

    it("returns null and changes nothing if it is another user's or key's", async () => {
      const session = await given().start(newUserId(), { keyThumbprint: "k1" });
      const userId = newUserId();
      for (const renewed of [
        await given().authenticate(session, { userId }),
        await given().authenticate(session, { keyThumbprint: "k2" }),
        await given().authenticate(session, { keyThumbprint: null }),
      ]) {
        expect(renewed).toBeNull();
      }
      expect(await given().store.find(session.id)).toEqual(session);
    });
  });
}
