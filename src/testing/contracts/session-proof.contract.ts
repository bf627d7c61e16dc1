import { digestOf } from "../../users/stored-identity";
import { issued, newUserId, type SessionBench } from "./session-store.setup";
import { describe, expect, it } from "./test-globals";

/** The promises of `SessionStore.authenticate`. */
export function sessionProofContract(given: () => SessionBench): void {
  describe("authenticate, when the user has proved again to be it", () => {
    it("renews the session and replaces its token", async () => {
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

    it("leaves the token before it to the rules of rotation", async () => {
      const session = await given().start(newUserId());
      await given().authenticate(session);
      expect(issued(await given().rotate(session, 1))).toBe("2");
      given().clock.advance(given().rules.refreshGraceSeconds);
      expect(issued(await given().rotate(session, 2))).toBe("3");
      expect(issued(await given().rotate(session, 1))).toBe("reused");
    });

    it("is not dated before the time that has ended the user's others", async () => {
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

  describe("authenticate, where there is nothing to renew", () => {
    it("gives null, when the session is over", async () => {
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

    it("gives null and changes nothing, when it is another user's or key's", async () => {
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
