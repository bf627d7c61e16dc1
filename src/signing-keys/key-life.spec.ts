import {
  isDue,
  jwksMaxAgeSeconds,
  keptAfterUseSeconds,
  mayStartSigning,
  reloadIntervalSeconds,
} from "./key-life";

const since = new Date(1_763_700_000_000);
const day = 24 * 3600 * 1000;

describe("mayStartSigning", () => {
  describe("when a key has been published", () => {
    it("waits until every cached JWKS without it has expired", () => {
      const seconds = (mayStartSigning(since) - since.getTime()) / 1000;
      expect(seconds).toBe(600);
      expect(seconds).toBeGreaterThan(
        jwksMaxAgeSeconds + reloadIntervalSeconds,
      );
    });
  });
});

describe("keptAfterUseSeconds", () => {
  describe("when a key has stopped signing", () => {
    it("keeps it until the longest token has expired, by the slowest clock, with a cached JWKS", () => {
      expect(keptAfterUseSeconds).toBe(30 + 3600 + 60 + 300);
    });
  });
});

describe("isDue", () => {
  describe("when keys are rotated on schedule", () => {
    it.each([1, 30, 365])("is due after %i days, not before", (days) => {
      const end = since.getTime() + days * day;
      expect(isDue(since, end - 1, days)).toBe(false);
      expect(isDue(since, end, days)).toBe(true);
    });

    it("is not due after the clock jumped back", () => {
      expect(isDue(since, since.getTime() - 1000 * day, 1)).toBe(false);
    });
  });

  describe("when rotation is off", () => {
    it("is never due", () => {
      expect(isDue(since, since.getTime() + 10_000 * day, null)).toBe(false);
    });
  });
});
