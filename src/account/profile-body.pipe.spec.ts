import { AuthError } from "../common/auth-error";
import { ProfileBodyPipe } from "./profile-body.pipe";

const pipe = new ProfileBodyPipe();

function fieldsRefused(body: unknown): unknown {
  try {
    pipe.transform(body);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    expect(error.code).toBe("invalid_request");
    return error.errors?.map(({ field }) => field);
  }
  return "nothing";
}

describe("ProfileBodyPipe", () => {
  it.each([[{ a: 1 }], ["text"], [null], [[]]])(
    "returns the profile %j unchanged",
    (profile) => {
      expect(pipe.transform({ profile })).toBe(profile);
    },
  );

  it.each([[undefined], [null], [[]], ["profile"], [{}], [{ name: "x" }]])(
    "finds no profile in %j",
    (body) => {
      expect(fieldsRefused(body)).toEqual(["profile"]);
    },
  );

  it("names other members, except those with unusual names", () => {
    const body = { profile: {}, roles: ["admin"], email: "x", "<b>": 1 };
    expect(fieldsRefused(body)).toEqual(["roles", "email", "body"]);
  });

  it("names at most twenty members", () => {
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`f${index}`, 1]),
    );
    expect(fieldsRefused({ profile: {}, ...many })).toHaveLength(20);
  });
});
