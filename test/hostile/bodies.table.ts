import { gzipSync } from "node:zlib";
import { idTokenFields } from "../../src/auth/sign-in/request-token";
import { type Body, form, json, malformed, sent } from "./body-case";
import { type HostileCase, token } from "./hostile-case";

const jsonCase = (id: string, name: string, field: string, body: Body) =>
  malformed(id, `JSON: ${name}`, json, field, body);
const formCase = (id: string, name: string, field: string, body: Body) =>
  malformed(id, `form: ${name}`, form, field, body);

const text = JSON.stringify;

export const emptyBodyCases: HostileCase[] = [
  malformed("G-100", "no body", undefined, "idToken", () => undefined),
  malformed("G-100", "no body, as JSON", json, "idToken", () => undefined),
  malformed("G-100", "no body, as a form", form, "idToken", () => undefined),
  formCase("G-100", "nothing", "idToken", () => ""),
  jsonCase("G-100", "no content", "idToken", () => ""),
  ...[" ", "\n", "{", "}", "[", '"', "nul", "undefined", "NaN", "{}{}"].map(
    (body) => jsonCase("G-100", `not ${text(body)}`, "body", () => body),
  ),
  ...["{}", "null", "[]", '"jwt"', "1", "true", "[{}]", "[[]]"].map((body) =>
    jsonCase("G-100", body, "idToken", () => body),
  ),
  jsonCase("G-100", "a token as a JSON string", "idToken", (token) =>
    text(token),
  ),
  jsonCase("G-100", "a token in an array", "idToken", (token) => text([token])),
  jsonCase("G-100", "a bare token", "body", (token) => token),
  formCase("G-100", "a bare token", "idToken", (token) => token),
];

/** Values in the place of a token that are not one string. */
const noTokens: [string, (token: string) => unknown][] = [
  ["null", () => null],
  ["empty", () => ""],
  ["0", () => 0],
  ["1", () => 1],
  ["true", () => true],
  ["false", () => false],
  ["an empty array", () => []],
  ["in an array", (token) => [token]],
  ["twice in an array", (token) => [token, token]],
  ["an empty object", () => ({})],
  ["in an object", (token) => ({ idToken: token })],
  ["in an object like an array", (token) => ({ 0: token, length: 1 })],
  ["in an object with toString", (token) => ({ toString: token })],
  ["in parts", (token) => token.split(".")],
  [
    "as its bytes",
    (token) => ({ type: "Buffer", data: [...Buffer.from(token)].slice(0, 99) }),
  ],
];

export const tokenTypeCases: HostileCase[] = idTokenFields.flatMap((field) =>
  noTokens.map(([what, value]) =>
    jsonCase("G-101", `${field} ${what}`, field, (token) =>
      text({ [field]: value(token) }),
    ),
  ),
);

const otherNames = [
  ...["ID_TOKEN", "Id_Token", "IDTOKEN", "IdToken", "Credential", "CREDENTIAL"],
  ...["id-token", "id.token", "idToken ", " idToken", "idToken\u0000"],
  ...[
    "іdToken",
    "token",
    "jwt",
    "access_token",
    "assertion",
    "code",
    "g_token",
  ],
  ...["idToken[]", "credential[]", "credential[0]", "credential.value", ""],
];

export const fieldNameCases: HostileCase[] = [
  ...otherNames.flatMap((name) => [
    jsonCase("G-103", `a token called ${text(name)}`, "idToken", (token) =>
      text({ [name]: token }),
    ),
    formCase(
      "G-103",
      `a token called ${text(name)}`,
      "idToken",
      (token) => `${encodeURIComponent(name)}=${token}`,
    ),
  ]),
  ...["data", "user", "body", "constructor"].map((name) =>
    jsonCase("G-103", `a token within ${name}`, "idToken", (idToken) =>
      text({ [name]: { idToken } }),
    ),
  ),
  jsonCase("G-103", "an array of bodies", "idToken", (idToken) =>
    text([{ idToken }, { idToken }]),
  ),
];

const pairs = idTokenFields.flatMap((first, index) =>
  idTokenFields.slice(index + 1).map((second) => [first, second] as const),
);

export const twoTokenCases: HostileCase[] = [
  ...pairs.flatMap(([first, second]) => [
    jsonCase("G-102", `${first} and another ${second}`, first, (token) =>
      text({ [first]: token, [second]: "another" }),
    ),
    jsonCase("G-102", `${second} and another ${first}`, first, (token) =>
      text({ [second]: token, [first]: "another" }),
    ),
    jsonCase("G-102", `${first} and a null ${second}`, second, (token) =>
      text({ [first]: token, [second]: null }),
    ),
    formCase(
      "G-102",
      `${first} and another ${second}`,
      first,
      (token) => `${first}=${token}&${second}=another`,
    ),
    formCase(
      "G-102",
      `${first} and an empty ${second}`,
      second,
      (token) => `${first}=${token}&${second}=`,
    ),
  ]),
  ...idTokenFields.flatMap((field) => [
    formCase(
      "G-101",
      `${field} twice, different`,
      field,
      (token) => `${field}=${token}&${field}=another`,
    ),
    formCase(
      "G-101",
      `${field} twice, the same`,
      field,
      (token) => `${field}=${token}&${field}=${token}`,
    ),
    formCase(
      "G-101",
      `${field} twice, once escaped`,
      field,
      (token) => `${field}=${token}&${escaped(field)}=another`,
    ),
    formCase("G-101", `${field} empty`, field, () => `${field}=`),
    formCase("G-101", `${field} without =`, field, () => field),
    ...["[]", "[0]", "[x]", "[__proto__]", ".x"].map((index) =>
      formCase(
        "G-101",
        `${field}${index}`,
        "idToken",
        (token) => `${field}${index}=${token}`,
      ),
    ),
  ]),
  {
    ...token(
      "G-101",
      "JSON: the token twice, the invalid one last",
      "",
      () => "",
    ),
    ...sent(
      "G-101",
      "JSON: the token twice, the invalid one last",
      json,
      (token) => `{"idToken":${text(token)},"idToken":"garbage"}`,
    ),
    reason: "malformed_token",
  },
];

/** Every character as its percent escape. */
function escaped(name: string): string {
  return Array.from(Buffer.from(name), (byte) => `%${byte.toString(16)}`).join(
    "",
  );
}

const unreadable: [string, Body][] = [
  ["a trailing comma", (token) => `{"idToken":${text(token)},}`],
  ["single quotes", (token) => `{'idToken':'${token}'}`],
  ["a comment", (token) => `{/**/"idToken":${text(token)}}`],
  ["a trailing word", (token) => `{"idToken":${text(token)}}x`],
  ["a trailing NUL", (token) => `{"idToken":${text(token)}}\u0000`],
  ["a newline in the token", (token) => `{"idToken":"${token}\n"}`],
  ["UTF-16", (token) => Buffer.from(text({ idToken: token }), "utf16le")],
  ["gzip", (token) => gzipSync(text({ idToken: token }))],
  ["a form", (token) => `idToken=${token}`],
  ["JSONP", (token) => `callback(${text({ idToken: token })})`],
  ["a guard against JSONP", (token) => `)]}',\n${text({ idToken: token })}`],
  ["open brackets", () => "[".repeat(16_000)],
  ["open braces", () => '{"a":'.repeat(3000)],
  [
    "__proto__",
    (token) => `{"idToken":${text(token)},"__proto__":{"role":"admin"}}`,
  ],
  ["__proto__ alone", (token) => `{"__proto__":{"idToken":${text(token)}}}`],
  [
    "__proto__ as a string",
    (token) => `{"idToken":${text(token)},"__proto__":"x"}`,
  ],
  [
    "__proto__ by escapes",
    (token) => `{"idToken":${text(token)},"\\u005f_proto__":{"a":1}}`,
  ],
  [
    "__proto__ all in escapes",
    (token) =>
      `{"idToken":${text(token)},"\\u005f\\u005fproto\\u005f\\u005f":{}}`,
  ],
  [
    "__proto__ within",
    (token) => `{"idToken":${text(token)},"a":{"b":[{"__proto__":{"c":1}}]}}`,
  ],
  [
    "constructor.prototype",
    (token) =>
      `{"idToken":${text(token)},"constructor":{"prototype":{"role":"admin"}}}`,
  ],
  [
    "constructor.prototype within",
    (token) =>
      `{"idToken":${text(token)},"a":[{"constructor":{"prototype":{}}}]}`,
  ],
];

export const unreadableCases: HostileCase[] = unreadable.map(([what, body]) =>
  jsonCase("G-109", what, "body", body),
);
