import { rolledBack } from "./contract-runs";
import {
  revocationOutageContract,
  revocationRacesContract,
  revocationTimesContract,
} from "./revocation-times.contract";
import {
  covers,
  type MakeRevocations,
  newToken,
  revokedOf,
  RevocationsBench,
  type Token,
} from "./revocations.setup";
import { afterEach, beforeEach, describe, expect, it } from "./test-globals";

/** The options of {@link revocationsContract}. */
export interface RevocationsContract {
  /** Creates revocations. They may be empty or keep those of previous tests. */
  readonly create: MakeRevocations;
  /** Whether to test concurrent calls. */
  readonly concurrent?: boolean;
  /** Whether changes are rolled back with their transaction. */
  readonly transactional?: boolean;
  /**
   * Whether `create` returns an `outage`, to test that an instance catches up
   * after one.
   */
  readonly outages?: boolean;
}

/**
 * The contract tests of `Revocations`, on two instances:
 *
 *     describe("MyRevocations", () => {
 *       revocationsContract({
 *         concurrent: true,
 *         create: ({ clock }) => ({
 *           start: async () => {
 *             const revocations = new MyRevocations(url, clock);
 *             await revocations.onApplicationBootstrap();
 *             return { revocations, stop: () => revocations.onModuleDestroy() };
 *           },
 *           transaction: looseTransaction,
 *           dispose: () => undefined,
 *         }),
 *       });
 *     });
 */
export function revocationsContract(contract: RevocationsContract): void {
  let bench: RevocationsBench;

  beforeEach(async () => {
    bench = await new RevocationsBench().open(contract.create);
  });

  afterEach(() => bench.close());

  endContract(() => bench, contract);
  coversContract(() => bench);
  revocationTimesContract(() => bench);
  if (contract.concurrent) revocationRacesContract(() => bench);
  if (contract.outages) revocationOutageContract(() => bench);
}

function endContract(
  given: () => RevocationsBench,
  { transactional = false }: { readonly transactional?: boolean },
): void {
  describe("end", () => {
    it("takes effect on this instance immediately, and on every other within a second", async () => {
      // Repeated, because an instance that polls rarely may pass once by
      // chance.
      for (let round = 0; round < 5; round++) {
        const token = newToken();
        expect(await covers(given().here, token)).toBe(false);
        expect(await covers(given().elsewhere, token)).toBe(false);
        await given().end([token]);
        expect(await covers(given().here, token)).toBe(true);
        expect(await given().covered(token)).toBe(true);
      }
    });

    it("takes effect on an instance that starts afterwards", async () => {
      const [one, other] = [newToken(), newToken()];
      await given().end([one]);
      const before = new Date((other.authenticatedAt + 1) * 1000);
      await given().end([{ userId: other.userId, before }]);
      const late = await given().start();
      expect(await covers(late, one)).toBe(true);
      expect(await covers(late, other)).toBe(true);
      expect(await covers(late, newToken())).toBe(false);
    });

    it("takes effect once its transaction is committed, regardless of others", async () => {
      const [slow, quick] = [newToken(), newToken()];
      await given().underTest.transaction(async (transaction) => {
        const until = given().inSeconds(900);
        await given().here.end([revokedOf(slow)], until, transaction);
        await given().end([quick]);
        expect(await given().covered(quick)).toBe(true);
      });
      expect(await covers(given().here, slow)).toBe(true);
      expect(await given().covered(slow)).toBe(true);
    });

    it("can be repeated, and called with nothing", async () => {
      const token = newToken();
      await given().end([]);
      await given().end([token]);
      await given().end([token, token]);
      expect(await covers(given().here, token)).toBe(true);
      expect(await given().covered(token)).toBe(true);
    });

    if (!transactional) return;
    it("has no effect if its transaction is rolled back", async () => {
      const [token, later] = [newToken(), newToken()];
      await rolledBack(given().underTest.transaction, (transaction) =>
        given().here.end(
          [revokedOf(token)],
          given().inSeconds(900),
          transaction,
        ),
      );
      await given().end([later]);
      expect(await given().covered(later)).toBe(true);
      expect(await covers(given().here, token)).toBe(false);
      expect(await covers(given().elsewhere, token)).toBe(false);
    });
  });
}

function coversContract(given: () => RevocationsBench): void {
  /**
   * The result on both instances, once the other one has received the marker.
   */
  const coveredOn = async (tokens: readonly Token[], marker: Token) => {
    await given().end([marker]);
    expect(await given().covered(marker)).toBe(true);
    const on = async (instance = given().here) => {
      const found = [];
      for (const token of tokens) found.push(await covers(instance, token));
      return found;
    };
    const here = await on();
    expect(await on(given().elsewhere)).toEqual(here);
    return here;
  };

  describe("covers", () => {
    it("covers a session, regardless of user and age", async () => {
      const token = newToken();
      const { userId } = token;
      const hour = token.authenticatedAt + 3600;
      await given().end([{ sessionId: token.sessionId }]);
      expect(
        await coveredOn(
          [
            token,
            { ...token, authenticatedAt: hour },
            newToken({ userId }),
            newToken({ userId: token.sessionId }),
            newToken({ sessionId: userId }),
          ],
          newToken(),
        ),
      ).toEqual([true, true, false, false, false]);
    });

    it("covers sessions of a user authenticated before the time", async () => {
      const { userId, authenticatedAt } = newToken();
      const at = (seconds: number, of = userId) =>
        newToken({ userId: of, authenticatedAt: authenticatedAt + seconds });
      await given().end([{ userId, before: new Date(authenticatedAt * 1000) }]);
      expect(
        await coveredOn(
          [at(-3600), at(-1), at(0), at(1), at(-1, newToken().userId)],
          newToken(),
        ),
      ).toEqual([true, true, false, false, false]);
    });

    it("uses the latest of several times, regardless of order", async () => {
      const { userId, authenticatedAt } = newToken();
      const at = (seconds: number) => authenticatedAt + seconds;
      for (const seconds of [10, 30, 20]) {
        await given().end([{ userId, before: new Date(at(seconds) * 1000) }]);
      }
      expect(
        await coveredOn(
          [
            newToken({ userId, authenticatedAt: at(29) }),
            newToken({ userId, authenticatedAt: at(30) }),
          ],
          newToken(),
        ),
      ).toEqual([true, false]);
    });

    it("covers everything that was ended by one call", async () => {
      const [one, other, third] = [newToken(), newToken(), newToken()];
      const { userId, authenticatedAt } = third;
      const before = new Date((authenticatedAt + 1) * 1000);
      await given().end([one, { userId, before }, other]);
      const tokens = [one, other, third, newToken()];
      expect(await coveredOn(tokens, newToken())).toEqual([
        ...[true, true, true, false],
      ]);
    });

    it("is reliable once the instance has started", async () => {
      await Promise.resolve();
      expect(given().here.isReliable()).toBe(true);
      expect(given().elsewhere.isReliable()).toBe(true);
    });
  });
}
