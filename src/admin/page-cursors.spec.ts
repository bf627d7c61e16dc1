import { AuthError } from "../common/auth-error";
import { PageCursors } from "./page-cursors";

const cursorsOf = (secretKey: string) => new PageCursors({ secretKey });
const cursors = cursorsOf("only for tests: 8b1f4c0d9e7a6352f1e0");
const position = ["2026-11-21 11:44:00.123456+00", "019aa0b5"];

describe("a cursor", () => {
  const cursor = cursors.write("audit", position);

  it("gives its position back", () => {
    expect(cursors.read("audit", cursor)).toEqual(position);
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it("with any one character changed, cut or added is refused", () => {
    const spoiled = Array.from({ length: cursor.length }, (_, at) => [
      cursor.slice(0, at) +
        (cursor[at] === "A" ? "B" : "A") +
        cursor.slice(at + 1),
      cursor.slice(0, at),
      `${cursor.slice(0, at)}A${cursor.slice(at)}`,
    ]).flat();
    for (const text of [...spoiled, `${cursor}=`, ` ${cursor}`, "{}", "é"]) {
      expect(() => cursors.read("audit", text)).toThrow(AuthError);
    }
  });

  it("of another list, or made under another key, is refused by field", () => {
    const other = cursorsOf("quite another one: 0a9b8c7d6e5f4a3b2c");
    for (const read of [
      () => cursors.read("users", cursor),
      () => other.read("audit", cursor),
    ]) {
      expect(read).toThrow(
        expect.objectContaining({
          code: "invalid_request",
          errors: [
            {
              field: "cursor",
              message: expect.stringContaining("nextCursor") as string,
            },
          ],
        }) as Error,
      );
    }
  });
});
