import { painted, shortTime } from "./terminal";

describe("a text for the terminal", () => {
  const noColor = process.env.NO_COLOR;

  beforeEach(() => delete process.env.NO_COLOR);
  afterAll(() => {
    if (noColor !== undefined) process.env.NO_COLOR = noColor;
  });

  it("is coloured on a terminal only", () => {
    expect(painted("red", "no", { isTTY: true })).toBe("\u001b[31mno\u001b[0m");
    expect(painted("red", "no", {})).toBe("no");
  });

  it("is not coloured with NO_COLOR", () => {
    process.env.NO_COLOR = "1";
    expect(painted("red", "no", { isTTY: true })).toBe("no");
  });

  it.each([
    [7, "    7 ms"],
    [999, "  999 ms"],
    [1540, "   1.5 s"],
    [11_233, "  11.2 s"],
  ])("formats %i ms in eight characters", (milliseconds, text) => {
    expect(shortTime(milliseconds)).toBe(text);
  });
});
