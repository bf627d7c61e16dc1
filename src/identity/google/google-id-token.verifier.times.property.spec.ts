import fc from "fast-check";
import { near } from "../../../test/support/id-token.arbitraries";
import {
  propertyTimeoutMilliseconds,
  runs,
} from "../../../test/support/extent";
import { nowSeconds, TwoVerifiers } from "../../../test/support/two-verifiers";

jest.setTimeout(propertyTimeoutMilliseconds);

interface Moment {
  readonly now: number;
  readonly skew: number;
  readonly iat: number;
  readonly exp: number;
  readonly nbf: number | undefined;
}

let verifiers: TwoVerifiers;

/** A time of verification, and times of the token near the limits. */
const moment: fc.Arbitrary<Moment> = fc
  .record({
    now: fc.integer({ min: nowSeconds, max: nowSeconds + 40_000 }),
    skew: fc.oneof(fc.constantFrom(0, 1, 60, 300), fc.nat(300)),
  })
  .chain(({ now, skew }) => {
    const edges = [now, now + skew, now - skew];
    const iat = near(...edges, now - 3600, now - 7200, now + skew - 7200);
    return fc.record({
      now: fc.constantFrom(0, 1, 500, 999).map((ms) => now * 1000 + ms),
      skew: fc.constant(skew),
      iat,
      exp: fc.oneof(
        near(...edges, now + skew + 7200),
        fc
          .tuple(iat, near(0, 3600, 7200))
          .map(([issued, life]) => issued + life),
      ),
      nbf: fc.option(near(...edges, 3, now - 300), { nil: undefined }),
    });
  })
  // See the test of the longest token below.
  .filter(({ now, skew, exp }) => now !== (exp - skew - 7200) * 1000);

function agreeOn({ now, skew, ...times }: Moment): Promise<string> {
  return verifiers.google
    .idToken({ claims: times })
    .then((token) => verifiers.agreeOn(token, { now, skew }));
}

beforeAll(async () => {
  verifiers = await TwoVerifiers.start();
});

afterAll(() => verifiers.stop());

describe("GoogleIdTokenVerifier, compared with the reference,", () => {
  it("agrees at any time in the life of a token", async () => {
    await fc.assert(
      fc.asyncProperty(moment, async (times) => {
        await agreeOn(times);
      }),
      runs(6000),
    );
    verifiers.expectSeen("accepted", "invalid_token", "token_expired");
  });

  // google-auth-library refuses a token of exactly the maximum lifetime. Guards
  // against using its verdict on times.
  it("accepts a token of the maximum lifetime whose clock is ahead by the maximum skew", async () => {
    const [now, skew] = [nowSeconds * 1000, 60];
    const iat = nowSeconds + skew;
    const token = { now, skew, iat, exp: iat + 7200, nbf: undefined };
    expect(await agreeOn(token)).toBe("accepted");
  });
});
