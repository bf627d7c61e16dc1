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

/** What is put to the contract of {@link Revocations}. */
export interface RevocationsContract {
  /** Makes revocations that none of the tests before has written to, or that keep theirs. */
  readonly create: MakeRevocations;
  /** Whether many calls at once are tested as well. */
  readonly concurrent?: boolean;
  /** Whether what is written in a transaction is taken back with it. */
  readonly transactional?: boolean;
  /** Whether `create` gives an `outage`, for what an instance learns after one. */
  readonly outages?: boolean;
}

/**
 * The promises of `Revocations`, one test each, on two instances:
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
  describe("end, of a session's tokens", () => {
    it("counts on this instance at once, and on every other within a second", async () => {
      // Several times, since who looks every few seconds may have luck once.
      for (let round = 0; round < 5; round++) {
        const token = newToken();
        expect(await covers(given().here, token)).toBe(false);
        expect(await covers(given().elsewhere, token)).toBe(false);
        await given().end([token]);
        expect(await covers(given().here, token)).toBe(true);
        expect(await given().covered(token)).toBe(true);
      }
    });

    it("counts on an instance that starts afterwards", async () => {
      const [one, other] = [newToken(), newToken()];
      await given().end([one]);
      const before = new Date((other.authenticatedAt + 1) * 1000);
      await given().end([{ userId: other.userId, before }]);
      const late = await given().start();
      expect(await covers(late, one)).toBe(true);
      expect(await covers(late, other)).toBe(true);
      expect(await covers(late, newToken())).toBe(false);
    });

    it("counts once its transaction is over, whenever others' are", async () => {
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

    it("does no harm, the second time or of nothing", async () => {
      const token = newToken();
      await given().end([]);
      await given().end([token]);
      await given().end([token, token]);
      expect(await covers(given().here, token)).toBe(true);
      expect(await given().covered(token)).toBe(true);
    });

    if (!transactional) return;
    it("counts nowhere, when its transaction comes to nothing", async () => {
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
  /** On both instances, once the other has learned of it. */
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

  describe("covers, for a token", () => {
    it("revokes by session, no matter whose and how new", async () => {
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

    it("goes by the user, for sessions authenticated before the time", async () => {
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

    it("goes by the latest of several times, in whatever order they come", async () => {
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

    it("knows all that were ended by one call", async () => {
      const [one, other, third] = [newToken(), newToken(), newToken()];
      const { userId, authenticatedAt } = third;
      const before = new Date((authenticatedAt + 1) * 1000);
      await given().end([one, { userId, before }, other]);
      const tokens = [one, other, third, newToken()];
      expect(await coveredOn(tokens, newToken())).toEqual([
        ...[true, true, true, false],
      ]);
    });

    it("is reliable, once the instance has started", async () => {
      await Promise.resolve();
      expect(given().here.isReliable()).toBe(true);
      expect(given().elsewhere.isReliable()).toBe(true);
    });
  });
}
