import { EmbeddedPostgresError, explained } from "./embedded-postgres-error";

const failure = (code: string) =>
  Object.assign(new Error(`${code}: the details`), { code });

describe("an error of the embedded Postgres", () => {
  it.each([
    ["EACCES", /cannot write to \/data: EACCES: the details.+chown/],
    ["EROFS", /cannot write to \/data: EROFS: the details.+DATABASE_URL/],
    ["ENOSPC", /disk is full: ENOSPC: the details.+DATABASE_URL/],
    ["53100", /disk is full: 53100: the details.+\/data/],
  ])("says what to do and keeps the cause for %s", (code, message) => {
    const cause = failure(code);
    const error = explained(cause, "/data");

    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(error).toMatchObject({
      message: expect.stringMatching(message) as string,
      cause,
    });
  });

  it("is unchanged if there is nothing to add", () => {
    const error = failure("ECONNREFUSED");

    expect(explained(error, "/data")).toBe(error);
  });
});
