import { newAccount } from "../../src/testing/google/accounts";

export const google = (rawId: unknown) => [{ providerId: "google.com", rawId }];
/** A user of Firebase, with some of its fields changed. */
export const firebase = (fields: object) => ({
  ...{ localId: "1", providerUserInfo: google(newAccount().sub) },
  ...fields,
});
const deep = { a: { b: { c: { d: { e: {} } } } } };

/** What is wrong, the changed fields, and the refusal. */
export const hostileRecords: [string, unknown, RegExp][] = [
  ["a number for sub", { providerUserInfo: google(1.08e20) }, /lost digits/],
  ["an object for sub", { providerUserInfo: google({}) }, /\(sub\) is not/],
  ["no sub", { providerUserInfo: google(null) }, /\(sub\) is not/],
  ["a long sub", { providerUserInfo: google("1".repeat(256)) }, /\(sub\)/],
  ["U+0000 in sub", { providerUserInfo: google("1\0") }, /\(sub\) is not/],
  ["a surrogate in sub", { providerUserInfo: google("1\ud800") }, /\(sub\)/],
  ["a space in sub", { providerUserInfo: google("1 2") }, /\(sub\) is not/],
  ["a rounded sub", { providerUserInfo: google("1.08E+20") }, /spreadsheet/],
  [
    "two accounts",
    { providerUserInfo: [...google("1"), ...google("2")] },
    /several/,
  ],
  ["accounts that are a text", { providerUserInfo: "google.com" }, /a list/],
  ["an account that is a list", { providerUserInfo: [[]] }, /not an object/],
  ["no address", { email: "ada" }, /e-mail address is invalid/],
  ["an object as address", { email: { a: 1 } }, /address is invalid/],
  ["U+0000 in the address", { email: "a\0@b.example" }, /address is invalid/],
  ["a surrogate in the address", { email: "\udfff@b.example" }, /address/],
  ["a long address", { email: `${"a".repeat(320)}@b.example` }, /address/],
  [
    "a text as truth",
    { emailVerified: "yes", email: "a@b.example" },
    /neither true nor false/,
  ],
  ["a list as disabled", { disabled: [] }, /neither true nor false/],
  ["a text as time", { createdAt: "yesterday" }, /creation is not a time/],
  ["an object as time", { lastSignedInAt: {} }, /sign-in is not a time/],
  ["month 13", { createdAt: "2023-13-01T00:00:00Z" }, /is not a time/],
  ["a time in the future", { createdAt: "2999-01-01T00:00:00Z" }, /and now/],
  ["a time too early", { createdAt: "1601-01-01T00:00:00Z" }, /year 2000/],
  ["roles that are a text", { roles: "admin" }, /roles is not a list/],
  ["a role with spaces", { roles: ["the admin"] }, /role names/],
  ["a role that is a number", { roles: [1] }, /role names/],
  [
    "too many roles",
    { roles: Array.from({ length: 33 }, (_, n) => `r${n}`) },
    /32/,
  ],
  ["a profile that is a list", { profile: [] }, /profile is not an object/],
  ["U+0000 in the profile", { profile: { a: "\0" } }, /U\+0000/],
  ["a large profile", { profile: { a: "a".repeat(9000) } }, /8192 bytes/],
  ["a deep profile", { profile: deep }, /nested deeper/],
  ["toString in the profile", { profile: { toString: 1 } }, /every object/],
];
