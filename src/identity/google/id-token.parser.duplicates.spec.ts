import { AuthError } from "../../common/auth-error";
import { parseIdToken } from "./id-token.parser";

const goodHeader = '{"alg":"RS256","kid":"k1","typ":"JWT"}';

function parse(parts: { header?: string; payload?: string }) {
  const { header = goodHeader, payload = '{"sub":"1"}' } = parts;
  const [first, second] = [header, payload].map((part) =>
    Buffer.from(part).toString("base64url"),
  );
  return parseIdToken(`${first}.${second}.c2lnbmF0dXJl`).claims;
}

function expectRefusal(parts: { header?: string; payload?: string }): void {
  let refusal: unknown;
  try {
    parse(parts);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(AuthError);
  expect(refusal).toMatchObject({
    code: "invalid_token",
    // Compares the whole message, so it cannot contain a part of the token.
    message: "invalid_token: duplicate_member",
  });
}

// A flat object is checked differently from a nested one.
describe.each<[string, (object: string) => string]>([
  ["at the top level", (object) => object],
  ["in an object", (object) => `{"sub":"1","o":${object}}`],
  ["in a list", (object) => `{"sub":"1","o":["sub",${object}]}`],
])("parseIdToken, of an object %s", (_where, around) => {
  describe("when it has a duplicate member", () => {
    it.each([
      ["plainly", '{"sub":"1","sub":"2"}'],
      ["with the same value", '{"sub":"1","aud":"a","sub":"1"}'],
      ["first with a space before the colon", '{"sub" :"1","sub":"2"}'],
      ["then with whitespace before the colon", '{"sub":"1","sub"\n\t\r :"2"}'],
      ["then with an escape", '{"sub":"1","\\u0073ub":"2"}'],
      ["in a nested object", '{"sub":"1","a":{"b":1,"b":2}}'],
      ["in an object of a list", '{"a":[1,{"b":1,"c":[],"b":2}]}'],
      ["after a nested object", '{"sub":"1","a":{"sub":"x"},"sub":"2"}'],
      ["after a string with braces", '{"sub":"1","a":"}{\\"","sub":"2"}'],
      ["after a string that ends in \\", '{"sub":"1","a":"\\\\","sub":"2"}'],
      ["after a string with a colon", '{"sub":"1","a":"\\":","sub":"2"}'],
      // Guards against checking only 32 characters after a name.
      ["after 100 spaces", `{"sub":"1","sub"${" ".repeat(100)}:"2"}`],
      ["as __proto__", '{"__proto__":1,"__proto__":2}'],
      ["with an empty name", '{"":1,"":2}'],
    ])("refuses it %s", (_how, object) => {
      const payload = around(object);
      expect(() => void JSON.parse(payload)).not.toThrow();
      expectRefusal({ payload });
    });
  });

  describe("when a name occurs twice, but not in one object", () => {
    it.each([
      ["in different objects", '{"a":{"sub":"1"},"b":{"sub":"2"},"sub":"3"}'],
      ["in the objects of a list", '{"a":[{"sub":"1"},{"sub":"2"}]}'],
      ["as a value and a name", '{"a":"sub","sub":"a"}'],
      ["as two entries of a list", '{"a":["sub","sub"]}'],
      ["in a list of lists", '{"a":[["a"],["a",{"a":["a"]}]]}'],
      [
        "inside a string",
        '{"sub":"1","a":"\\"sub\\":\\"2\\"","b":"{\\"b\\":1}"}',
      ],
      ["after an escaped backslash", '{"a":"\\\\","b":"a"}'],
      ["in other case", '{"sub":"1","Sub":"2"}'],
    ])("accepts it %s", (_how, object) => {
      const payload = around(object);
      expect(parse({ payload })).toEqual(JSON.parse(payload));
    });
  });
});

describe("parseIdToken", () => {
  it("refuses a second alg or kid in the header", () => {
    const alg = '{"alg":"none","alg":"RS256","kid":"k1"}';
    const kid = '{"alg":"RS256","kid":"k0","\\u006bid":"k1"}';
    expectRefusal({ header: alg });
    expectRefusal({ header: kid });
  });
});
