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
    "passes on %j as it was sent",
    (profile) => {
      expect(pipe.transform({ profile })).toBe(profile);
    },
  );

  it.each([[undefined], [null], [[]], ["profile"], [{}], [{ name: "x" }]])(
    "in %j finds no profile",
    (body) => {
      expect(fieldsRefused(body)).toEqual(["profile"]);
    },
  );

  it("names what may not stand beside it, unless the name is not plain", () => {
    const body = { profile: {}, roles: ["admin"], email: "x", "<b>": 1 };
    expect(fieldsRefused(body)).toEqual(["roles", "email", "body"]);
  });

  it("names at most twenty", () => {
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`f${index}`, 1]),
    );
    expect(fieldsRefused({ profile: {}, ...many })).toHaveLength(20);
  });
});
