import { createHash } from "node:crypto";
import { idTokenFields } from "../../src/auth/sign-in/request-token";
import type { AdmittedCase } from "./admitted-case";
import { request } from "./hostile-case";

const json = "application/json";
const form = "application/x-www-form-urlencoded";

/** An unusual body with exactly one valid token. */
function good(
  id: string,
  name: string,
  contentType: string,
  body: (idToken: string) => string | Uint8Array,
  path?: string,
  headers: Readonly<Record<string, string>> = {},
): AdmittedCase {
  return {
    id,
    name,
    send: (target, idToken) =>
      request(target, {
        path,
        headers: { ...headers, "content-type": contentType },
        body: Buffer.from(body(idToken)),
      }),
  };
}

const text = JSON.stringify;
const simple = (idToken: string) => text({ idToken });
const escaped = (value: string) =>
  Array.from(
    Buffer.from(value),
    (byte) => `%${byte.toString(16).padStart(2, "0")}`,
  ).join("");

/** Fields with which a client tries to set its own role or id. */
const wishes = {
  id: "019aa0b5-1c00-7000-8000-000000000001",
  userId: "019aa0b5-1c00-7000-8000-000000000001",
  sub: "1",
  email: "boss@corp.com",
  emailVerified: true,
  role: "admin",
  roles: ["admin"],
  status: "active",
  isAdmin: true,
  isNewUser: false,
  issuer: "https://evil.example",
  clientId: "evil",
  user: { roles: ["admin"] },
};

/**
 * The request has a nonce, and the token has the same nonce in one of its
 * forms.
 */
function agreed(name: string, signed: string): AdmittedCase {
  return {
    ...good("G-075", `a nonce ${name}`, json, (idToken) =>
      text({ idToken, nonce: "n-0S6_WzA2Mj" }),
    ),
    options: () => ({ nonce: signed }),
  };
}

const sha256 = (encoding: "hex" | "base64url") =>
  createHash("sha256").update("n-0S6_WzA2Mj").digest(encoding);

export const goodBodyCases: AdmittedCase[] = [
  agreed("unchanged", "n-0S6_WzA2Mj"),
  agreed("in hexadecimal SHA-256", sha256("hex")),
  agreed("in base64url SHA-256", sha256("base64url")),
  ...idTokenFields.flatMap((field) => [
    good("G-103", `JSON: ${field}`, json, (token) => text({ [field]: token })),
    good("G-103", `form: ${field}`, form, (token) => `${field}=${token}`),
    good(
      "G-103",
      `JSON: ${field}, to /tokensignin`,
      json,
      (token) => text({ [field]: token }),
      "/tokensignin",
    ),
    good(
      "G-103",
      `form: ${field}, to /tokensignin`,
      form,
      (token) => `${field}=${token}`,
      "/tokensignin",
    ),
  ]),
  good("G-102", "the same token under all four names", json, (token) =>
    text(Object.fromEntries(idTokenFields.map((field) => [field, token]))),
  ),
  // JSON.parse takes the last of two equal members.
  good(
    "G-101",
    "JSON: the token twice, the valid one last",
    json,
    (token) => `{"idToken":"garbage","idToken":${text(token)}}`,
  ),
  good(
    "G-105",
    "JSON: the token in escapes",
    json,
    (token) =>
      `{"\\u0069dToken":"${token.replaceAll(".", "\\u002e").replaceAll("-", "\\u002D")}"}`,
  ),
  good("G-105", "form: the token in escapes", form, (token) =>
    [escaped("credential"), escaped(token)].join("="),
  ),
  good(
    "G-109",
    "JSON with surrounding whitespace",
    json,
    (token) => `\r\n\t ${simple(token)} \n`,
  ),
  good(
    "G-109",
    "JSON with a byte order mark",
    json,
    (token) => `\ufeff${simple(token)}`,
  ),
  good(
    "G-109",
    "form: empty pairs",
    form,
    (token) => `&&=&x&idToken=${token}&`,
  ),
  good(
    "G-109",
    "form: 1,000 fields before",
    form,
    (token) => `${"a=&".repeat(1000)}idToken=${token}`,
  ),
  good(
    "G-109",
    "form: 1,000 different fields before",
    form,
    (token) =>
      `${Array.from({ length: 1000 }, (_, index) => `a${index}=&`).join("")}idToken=${token}`,
  ),
  good(
    "G-109",
    "form: a __proto__",
    form,
    (token) =>
      `__proto__=admin&__proto__[role]=admin&constructor[prototype][role]=admin&idToken=${token}`,
  ),
  good(
    "G-109",
    "form: another field with invalid escapes",
    form,
    (token) => `x=%&y=%zz&z=%ff%fe&idToken=${token}`,
  ),
  good("G-109", "JSON: 1,000 fields before", json, (idToken) =>
    text({
      ...Object.fromEntries(
        Array.from({ length: 1000 }, (_, index) => [`a${index}`, 0]),
      ),
      idToken,
    }),
  ),
  // Unknown members are ignored at any depth.
  ...[20, 2000, 7000].map((depth) =>
    good(
      "G-109",
      `JSON: a member ${depth} levels deep`,
      json,
      (token) =>
        `{"x":${"[".repeat(depth)}${"]".repeat(depth)},"idToken":${text(token)}}`,
    ),
  ),
  good("G-109", "JSON: a constructor", json, (idToken) =>
    text({ idToken, constructor: "x", prototype: { role: "admin" } }),
  ),
  good("G-109", "JSON: a client's own role and id", json, (idToken) =>
    text({ ...wishes, idToken }),
  ),
  good("G-109", "form: a client's own role and id", form, (idToken) =>
    new URLSearchParams({ role: "admin", roles: "admin", idToken }).toString(),
  ),
  good("G-110", "a body of exactly 16 kB", json, (idToken) => {
    const body = text({ idToken, padding: "" });
    return text({ idToken, padding: "x".repeat(16_384 - body.length) });
  }),
  ...[
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
    "application/json; charset=utf8",
    "application/json; charset=Unicode-1-1-UTF-8",
    // A charset has no effect on JSON: RFC 8259 §11.
    "application/json; charset=utf-16",
    "application/json; charset=iso-8859-1",
    "application/json; charset=nonsense",
    "Application/JSON",
    "application/json;;;",
    "application/json; x=y",
  ].map((type) => good("G-107", `the type ${type}`, type, simple)),
  ...["identity", "Identity"].map((coding) =>
    good("G-111", `the content coding ${coding}`, json, simple, undefined, {
      "content-encoding": coding,
    }),
  ),
  good(
    "G-107",
    "a form in UTF-8",
    `${form}; charset=UTF-8`,
    (token) => `idToken=${token}`,
  ),
  ...idTokenFields.map((field) =>
    good(
      "G-104",
      `another token in the query string, as ${field}`,
      json,
      simple,
      `/auth/google?${field}=another&${field}=third`,
    ),
  ),
];
