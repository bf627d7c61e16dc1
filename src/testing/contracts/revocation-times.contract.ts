import { race, racers } from "./contract-runs";
import { covers, newToken, type RevocationsBench } from "./revocations.setup";
import { describe, expect, it } from "./test-globals";

/** The contract of `Revocations` over time. */
export function revocationTimesContract(given: () => RevocationsBench): void {
  describe("covers, over time", () => {
    it("refuses a token until it has expired", async () => {
      const [session, user] = [newToken(), newToken()];
      const { userId } = user;
      const before = new Date((user.authenticatedAt + 1) * 1000);
      await given().end([{ sessionId: session.sessionId }, { userId, before }]);
      expect(await given().covered(session)).toBe(true);
      given().clock.step(890);
      const late = await given().start();
      for (const instance of [given().here, given().elsewhere, late]) {
        expect(await covers(instance, session)).toBe(true);
        expect(await covers(instance, user)).toBe(true);
      }
    });

    it("uses the latest of several expiry times, regardless of order", async () => {
      const [session, user, marker] = [newToken(), newToken(), newToken()];
      const { userId } = user;
      const before = new Date((user.authenticatedAt + 1) * 1000);
      const earlier = new Date((user.authenticatedAt - 1) * 1000);
      for (const seconds of [10, 900, 20]) {
        await given().end([session], { seconds });
        // One that covers less must not shorten the others either.
        const time = seconds === 900 ? before : earlier;
        await given().end([{ userId, before: time }], { seconds });
      }
      await given().end([marker]);
      expect(await given().covered(marker)).toBe(true);
      given().clock.step(600);
      const late = await given().start();
      for (const instance of [given().here, given().elsewhere, late]) {
        expect(await covers(instance, session)).toBe(true);
        expect(await covers(instance, user)).toBe(true);
      }
    });
  });
}

/** The contract of `Revocations` for concurrent calls. */
export function revocationRacesContract(given: () => RevocationsBench): void {
  describe("end, concurrently", () => {
    it("takes effect on every instance within a second", async () => {
      const tokens = Array.from({ length: racers }, () => newToken());
      await race((index) => {
        const on = index % 2 === 0 ? given().here : given().elsewhere;
        return given().end(tokens.slice(index, index + 1), { on });
      });
      const known = await Promise.all(
        tokens.flatMap((token) => [
          given().covered(token, given().here),
          given().covered(token, given().elsewhere),
        ]),
      );
      expect(known.filter((isKnown) => isKnown)).toHaveLength(racers * 2);
    });
  });
}

/** The contract of `Revocations` for an instance that lost its connection. */
export function revocationOutageContract(given: () => RevocationsBench): void {
  describe("after an outage", () => {
    it("knows within a second what was ended in the meantime", async () => {
      const { outage } = given().underTest;
      if (!outage) throw new Error("create() does not return an outage");
      const before = newToken();
      await given().end([before]);
      expect(await given().covered(before)).toBe(true);
      for (let round = 0; round < 2; round++) {
        await outage.begin();
        const during = newToken();
        await given().end([during]);
        await outage.end();
        expect(await given().covered(during)).toBe(true);
        expect(await covers(given().elsewhere, before)).toBe(true);
        const after = newToken();
        await given().end([after]);
        expect(await given().covered(after)).toBe(true);
      }
    });
  });
}
