import {
  isJsonObject,
  maxProfileBytes,
  maxProfileDepth,
  profileFault,
} from "./profile-limits";

/**
 * A profile with this many bytes as JSON: `{"a":"…"}` has 8 in addition to the
 * text.
 */
const ofBytes = (bytes: number) => ({ a: "x".repeat(bytes - 8) });
/** A profile with this many levels, including itself. */
const ofDepth = (depth: number): object =>
  depth === 1 ? {} : { a: ofDepth(depth - 1) };
const parsed = (json: string) => JSON.parse(json) as Record<string, unknown>;

describe("isJsonObject", () => {
  it.each([[[]], [null], [undefined], ["{}"], [1], [true], [() => ({})]])(
    "rejects %p",
    (value) => {
      expect(isJsonObject(value)).toBe(false);
    },
  );

  it("accepts an object", () => {
    expect(isJsonObject({})).toBe(true);
  });
});

describe("profileFault", () => {
  it.each([
    ["nothing", {}],
    [
      "every kind of value",
      parsed('{"a":[1,-0.5e3,"é😀",true,null,{"b":{}}]}'),
    ],
    ["the most bytes", ofBytes(maxProfileBytes)],
    ["the most levels", { ...ofDepth(maxProfileDepth) }],
    ["unusual names", { "": 1, "a b": 2, "profile.x": 3, $where: 4, __v: 5 }],
  ])("accepts %s", (_what, profile) => {
    expect(profileFault(profile)).toBeNull();
  });

  it.each([
    ["an additional byte", ofBytes(maxProfileBytes + 1), /8192 bytes/],
    ["bytes, not characters", { a: "é".repeat(4093) }, /8192 bytes/],
    ["an additional level", { ...ofDepth(maxProfileDepth + 1) }, /5 levels/],
    ["lists as levels", { a: [[[[[]]]]] }, /5 levels/],
    ["thousands of levels", { ...ofDepth(4000) }, /5 levels/],
    ["U+0000 in a string", { a: ["\0"] }, /U\+0000/],
    ["U+0000 in a name", { "a\0": 1 }, /U\+0000/],
    ["a lone high surrogate", { a: { b: "\ud83d" } }, /surrogate/],
    ["a lone low surrogate in a name", { "\ude00": 1 }, /surrogate/],
    ["a number that overflows", parsed('{"a":1e999}'), /number/],
    ["__proto__", parsed('{"__proto__":{"a":1}}'), /member of every object/],
    ["__proto__ below", parsed('{"a":[{"__proto__":1}]}'), /every object/],
    ["constructor", parsed('{"constructor":{"prototype":{}}}'), /every/],
    ["prototype", { prototype: 1 }, /every object/],
    ["toString", { toString: "x" }, /every object/],
    ["hasOwnProperty", parsed('{"a":{"hasOwnProperty":1}}'), /every object/],
  ])("reports %s, without the value", (_what, profile, rule) => {
    expect(profileFault(profile)).toEqual({
      field: "profile",
      message: expect.stringMatching(rule) as string,
    });
  });
});
