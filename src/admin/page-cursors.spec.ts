import { AuthError } from "../common/auth-error";
import { cursorForms, readCursor, writeCursor } from "./page-cursors";

const { id, time } = cursorForms;
const position = [
  "2026-11-21 11:44:00.123456+00",
  "019aa0b5-1c00-7000-8000-000000000001",
];

describe("a cursor", () => {
  it("returns its position", () => {
    const cursor = writeCursor(position);
    expect(readCursor(cursor, time, id)).toEqual(position);
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it.each([
    ["2026-11-21 11:44:00+00", true],
    ["2026-11-21 17:14:00.1+05:30", true],
    ["2026-11-21 01:44:00-10", true],
    ["2026-13-21 11:44:00+00", false],
    ["2026-11-21 25:44:00+00", false],
    ["infinity", false],
    ["now", false],
    ["", false],
  ])("with the time %j is valid: %s", (text, isTime) => {
    expect(time(text)).toBe(isTime);
  });

  it("of another list, or a forged one, is refused with its field", () => {
    const made = (value: unknown) =>
      Buffer.from(JSON.stringify(value)).toString("base64url");
    for (const cursor of [
      writeCursor(["019aa0b5-1c00-7000-8000-000000000001"]),
      writeCursor([...position].reverse()),
      writeCursor([...position, "more"]),
      ...["", "{}", "é", "AAAA", "null"],
      ...[null, {}, [1, 2], [position], "text"].map(made),
    ]) {
      expect(() => readCursor(cursor, time, id)).toThrow(
        expect.objectContaining({
          code: "invalid_request",
          errors: [
            { field: "cursor", message: "must be a nextCursor of this list" },
          ],
        }) as AuthError,
      );
    }
  });
});
