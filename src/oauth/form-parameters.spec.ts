import { FormParameters } from "./form-parameters";
import { OAuthError } from "./oauth-error";

function refusalOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof OAuthError) return [error.error, error.reason];
    throw error;
  }
  return undefined;
}

describe("FormParameters", () => {
  it("returns a parameter that was sent once", () => {
    const form = new FormParameters({ token: "abc", scope: "user  other " });
    expect(form.get("token")).toBe("abc");
    expect(form.need("token")).toBe("abc");
    expect(form.scopes()).toEqual(["user", "other"]);
  });

  it.each([undefined, null, "", "token=abc", 1, [], ["token"], {}])(
    "finds nothing in %j",
    (body) => {
      const form = new FormParameters(body);
      expect(form.get("token")).toBeUndefined();
      expect(form.get("0")).toBeUndefined();
      expect(form.all("audience")).toEqual([]);
      expect(form.scopes()).toBeUndefined();
      expect(refusalOf(() => form.need("token"))).toEqual([
        "invalid_request",
        "parameter_missing",
      ]);
    },
  );

  it("treats a parameter without a value as absent", () => {
    const form = new FormParameters({ token: "", audience: ["", "a"] });
    expect(form.get("token")).toBeUndefined();
    expect(form.all("audience")).toEqual(["a"]);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "does not find %s, a property of every object",
    (name) => {
      expect(new FormParameters({}).get(name)).toBeUndefined();
    },
  );

  it.each([{ nested: "x" }, 1, true, null])("does not find %j", (value) => {
    expect(new FormParameters({ token: value }).get("token")).toBeUndefined();
  });

  it.each([
    { token: ["a", "b"] },
    { token: ["a", "a"] },
    { token: ["a", ""] },
    { unknown: ["a", "b"] },
    { scope: ["user", "user"] },
  ])("refuses %j, a parameter sent twice", (body) => {
    expect(refusalOf(() => new FormParameters(body))).toEqual([
      "invalid_request",
      "duplicate_parameter",
    ]);
  });

  it("allows several audiences and resources (RFC 8693 §2.1)", () => {
    const form = new FormParameters({ audience: ["a", "b"], resource: "c" });
    expect(form.all("audience")).toEqual(["a", "b"]);
    expect(form.all("resource")).toEqual(["c"]);
  });
});
