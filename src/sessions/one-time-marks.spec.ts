import { createHash, randomBytes } from "node:crypto";
import { DataSource } from "typeorm";
import { AuthError } from "../common/auth-error";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { SteppedClock } from "../testing/stepped-clock";
import { TestDatabase } from "../testing/test-database";
import { OneTimeMarks } from "./one-time-marks";
import type { OneTimeRules, OneTimeUse } from "./one-time-use";
import type { SessionsOptions } from "./sessions.options";

const secretKey = "only for tests: 8b1f4c0d9e7a6352f1e0";
const sha256 = (text: string) => createHash("sha256").update(text);

describe("OneTimeMarks", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  const clock = new SteppedClock();

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
    database = new Database(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const marksUnder = (current: string, previous: string | null = null) =>
    new OneTimeMarks(
      database,
      clock,
      {
        secretKey: current,
        previousSecretKey: previous,
      } as SessionsOptions,
      new Purge(database, clock),
    );
  const marks = () => marksUnder(secretKey);
  const useOf = (
    signed: string | null,
    named?: string,
    rules: Partial<OneTimeRules> = {},
    of = marks(),
  ): OneTimeUse | null =>
    of.useOf(
      {
        nonce: signed,
        tokenDigest: randomBytes(32).toString("base64url"),
        expiresAt: clock.nowSeconds() + 3600,
      } as VerifiedIdentity,
      named,
      { nonce: "optional", idToken: "reusable", ...rules },
    );
  const reasonOf = (run: () => unknown): string | undefined => {
    try {
      run();
    } catch (error) {
      if (error instanceof AuthError) return `${error.code} ${error.reason}`;
    }
    return undefined;
  };

  describe("a nonce", () => {
    it("is issued without a row, and is unique", async () => {
      const issued = Array.from({ length: 100 }, () => marks().issueNonce());
      expect(new Set(issued.map(({ nonce }) => nonce)).size).toBe(100);
      expect(issued[0]?.expiresIn).toBe(600);
      const rows = await database.query("SELECT FROM google_auth.nonces", []);
      expect(rows).toEqual([]);
    });

    it("is recognized in the token unchanged, and as a digest if the request has the nonce", () => {
      const { nonce } = marks().issueNonce();
      const digest = sha256(nonce).digest();
      for (const signed of [
        nonce,
        digest.toString("hex"),
        digest.toString("base64url"),
      ]) {
        expect(useOf(signed, nonce)?.nonce?.digest).toEqual(digest);
      }
      expect(useOf(nonce)?.nonce?.digest).toEqual(digest);
    });

    it("is recognized with the previous secret key, but not with another", () => {
      const { nonce } = marks().issueNonce();
      const changed = marksUnder(
        "another one: 5f0e1d2c3b4a59687786",
        secretKey,
      );
      expect(useOf(nonce, undefined, {}, changed)?.nonce).not.toBeNull();
      const other = marksUnder("another one: 5f0e1d2c3b4a59687786");
      expect(useOf(nonce, undefined, {}, other)).toBeNull();
    });

    it("is unknown after a change of any character", () => {
      const { nonce } = marks().issueNonce();
      for (let at = 0; at < nonce.length; at++) {
        const altered =
          nonce.slice(0, at) +
          (nonce[at] === "A" ? "B" : "A") +
          nonce.slice(at + 1);
        expect([altered, useOf(altered)]).toEqual([altered, null]);
      }
    });

    it("from another issuer is ignored unless one of ours is required", () => {
      expect(useOf("n-0S6_WzA2Mj")).toBeNull();
      const required = { nonce: "required" } as const;
      const refusals = [
        () => useOf("n-0S6_WzA2Mj", undefined, required),
        () => useOf(null, undefined, required),
        () => useOf("one", "another"),
        () => useOf(null, "named only"),
      ].map(reasonOf);
      expect(refusals).toEqual([
        "invalid_token nonce_unknown",
        "invalid_token nonce_missing",
        "invalid_token nonce_mismatch",
        "invalid_token nonce_mismatch",
      ]);
    });

    it("expires", () => {
      const stepped = new SteppedClock();
      const own = new OneTimeMarks(
        database,
        stepped,
        { secretKey, previousSecretKey: null } as SessionsOptions,
        new Purge(database, stepped),
      );
      const { nonce } = own.issueNonce();
      stepped.step(598);
      expect(useOf(nonce, undefined, {}, own)?.nonce).not.toBeNull();
      stepped.step(3);
      expect(reasonOf(() => useOf(nonce, undefined, {}, own))).toBe(
        "invalid_token nonce_expired",
      );
    });
  });

  describe("taking", () => {
    const once = { idToken: "once" } as const;
    const fresh = () => {
      const { nonce } = marks().issueNonce();
      const use = useOf(nonce, undefined, once);
      if (!use) throw new Error("the token has nothing to use up");
      return use;
    };

    it("gives a token to one of 20 concurrent callers", async () => {
      const taken = { ...fresh(), nonce: null };
      const granted = await Promise.all(
        Array.from({ length: 20 }, () => marks().take(taken)),
      );
      expect(granted.filter(Boolean)).toHaveLength(1);
      expect(await marks().reasonAgainst(taken)).toBe("token_used");
    });

    it("does not use up a token whose nonce was already used", async () => {
      const [first, second] = [fresh(), fresh()];
      expect(await marks().take({ ...first, token: null })).toBe(true);
      const mixed = { nonce: first.nonce, token: second.token };
      expect(await marks().take(mixed)).toBe(false);
      expect(await marks().reasonAgainst(mixed)).toBe("nonce_used");
      expect(await marks().take({ ...second, nonce: null })).toBe(true);
    });

    it("accepts unused tokens and nonces", async () => {
      const use = fresh();
      expect(await marks().reasonAgainst(use)).toBeNull();
      expect(await marks().take(use)).toBe(true);
    });
  });
});
