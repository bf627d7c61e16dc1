import {
  expectRefusal,
  goodClaims,
  identityWith,
  now,
  refusalOf,
  rules,
} from "../../../test/support/good-claims";
import { identityFromClaims } from "./id-token.claims";

describe("identityFromClaims", () => {
  describe("when the times are checked", () => {
    const notTimes = [
      ...["1763700000", 1763700000.5, [now], true, null, {}, "NaN", 0, -1],
      ...[Number.MAX_SAFE_INTEGER + 1],
    ];

    it.each([...notTimes, undefined])("refuses iat %j", (iat) =>
      expectRefusal({ iat }, "issued_at_invalid"),
    );
    it.each([...notTimes, undefined])("refuses exp %j", (exp) =>
      expectRefusal({ exp }, "expiry_invalid"),
    );
    it.each(notTimes)("refuses nbf %j", (nbf) =>
      expectRefusal({ nbf }, "not_before_invalid"),
    );

    it.each([NaN, Infinity, -Infinity])("refuses %d as a number", (time) => {
      const claims = { ...goodClaims, exp: time };
      const error = refusalOf(() => identityFromClaims(claims, rules));
      expect(error.reason).toBe("expiry_invalid");
    });

    it("refuses an expiry in milliseconds", () => {
      expectRefusal({ exp: (now + 3590) * 1000 }, "lifetime_too_long");
    });

    it("accepts an nbf far in the past", () => {
      expect(identityWith({ nbf: 161803398 }).subject).toBe(goodClaims.sub);
    });

    it("accepts an iat ahead by at most the skew", () => {
      const [iat, exp] = [now + 60, now + 3660];
      expect(identityWith({ iat, exp }).issuedAt).toBe(iat);
      expectRefusal({ iat: iat + 1, exp }, "issued_in_future");
    });

    it("accepts an nbf ahead by at most the skew", () => {
      expect(identityWith({ nbf: now + 60 }).issuedAt).toBe(now - 10);
      expectRefusal({ nbf: now + 61 }, "not_yet_valid");
    });

    it("accepts the token until exp plus the skew", () => {
      const { exp } = goodClaims;
      expect(identityWith({}, exp + 59).subject).toBe(goodClaims.sub);
      const error = refusalOf(() => identityWith({}, exp + 60));
      expect(error).toMatchObject({ code: "token_expired", reason: "expired" });
    });

    it("reports an expired token only if nothing else is wrong", () => {
      expectRefusal(
        { hd: "corp example" },
        "hosted_domain_invalid",
        now + 7200,
      );
    });

    it("expires the token exactly at exp without a skew", () => {
      const exact = { ...rules, clockSkewSeconds: 0 };
      const at = (nowSeconds: number) => () =>
        identityFromClaims(goodClaims, { ...exact, nowSeconds });
      expect(at(goodClaims.exp - 1)().subject).toBe(goodClaims.sub);
      expect(refusalOf(at(goodClaims.exp)).code).toBe("token_expired");
      expect(refusalOf(at(goodClaims.iat - 1)).reason).toBe("issued_in_future");
    });

    it("accepts a lifetime of at most two hours", () => {
      const { iat } = goodClaims;
      expect(identityWith({ exp: iat + 7200 }).issuedAt).toBe(iat);
      expectRefusal({ exp: iat + 7201 }, "lifetime_too_long");
    });

    it("refuses a lifetime of zero or less", () => {
      const { iat } = goodClaims;
      expectRefusal({ exp: iat }, "expiry_invalid");
      expectRefusal({ exp: iat - 1 }, "expiry_invalid");
    });
  });
});
