import { startService } from "./start-service";
import { withAdvice } from "./start-advice";

describe("an error at the start", () => {
  const advice = (fields: object, message = "x") =>
    String(withAdvice(Object.assign(new Error(message), fields), ".data"));

  it.each([
    [{ code: "ENOSPC", syscall: "write" }, /disk is full. Free some/],
    [{ code: "EDQUOT" }, /quota .* Free some space/],
    [{ code: "EROFS", path: ".data" }, /read-only. Make the folder writable/],
    [{ code: "EACCES", path: ".data" }, /may not write there/],
    [{ code: "53100" }, /disk is full/],
    [{ code: "EADDRINUSE", port: 3000 }, /Port 3000 is taken/],
    [{ code: "42P01" }, /node dist\/cli.js migrate/],
  ])("with %j says what to do", (fields, words) => {
    expect(advice(fields)).toMatch(words);
  });

  it("says what to do if a program ran out of disk space", () => {
    const said = "initdb: could not write: No space left on device";
    expect(advice({}, said)).toMatch(/disk is full. Free some space/);
  });

  it.each([{ code: "EACCES", port: 80 }, { code: "ECONNREFUSED" }, {}])(
    "with %j is unchanged",
    (fields) => {
      expect(advice(fields, "the error itself")).toBe(
        "Error: the error itself",
      );
    },
  );

  it("is thrown if the data folder cannot be created", async () => {
    // Not even root can create folders there.
    const dataDir = "/sys/nest-google-auth";
    const env = { GOOGLE_CLIENT_IDS: "123456-web.apps.googleusercontent.com" };
    await expect(startService(env, { dataDir })).rejects.toThrow(
      /^Cannot write to \/sys\/nest-google-auth: .* set DATABASE_URL and SECRET_KEY/,
    );
  });
});
