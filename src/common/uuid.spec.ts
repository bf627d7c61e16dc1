import { uuidV7 } from "./uuid";

describe("a UUID of version 7", () => {
  it("has the version and the variant of RFC 9562", () => {
    for (let time = 0; time < 100; time++) {
      expect(uuidV7()).toMatch(
        /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
      );
    }
  });

  it("starts with its time in milliseconds", () => {
    // The example of RFC 9562, appendix A.6.
    expect(uuidV7(0x017f22e279b0)).toMatch(/^017f22e2-79b0-7/);
    expect(uuidV7(1) < uuidV7(2)).toBe(true);
  });

  it("is unique", () => {
    const many = new Set(Array.from({ length: 1000 }, () => uuidV7(1)));
    expect(many.size).toBe(1000);
  });
});
