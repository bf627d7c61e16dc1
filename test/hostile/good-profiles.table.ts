import type { AdmittedCase } from "./admitted-case";

/** A name as Google may sign it, and the stored name. */
function named(
  name: string,
  signed: unknown,
  kept: string | null,
): AdmittedCase {
  return {
    id: "G-073",
    name: `a name ${name}`,
    options: () => ({ claims: { name: signed } }),
    stored: () => ({ name: kept }),
  };
}

const family = "👩‍👩‍👧‍👦";

export const goodNameCases: AdmittedCase[] = [
  named("of 4,000 letters", "a".repeat(4000), "a".repeat(256)),
  named("of 256 emoji", "🧑".repeat(256), "🧑".repeat(256)),
  named("of 257 emoji", "🧑".repeat(257), "🧑".repeat(256)),
  named(
    "of 150 emoji families",
    family.repeat(150),
    Array.from(family.repeat(150)).slice(0, 256).join(""),
  ),
  named("in Arabic", "أدا لوفليس", "أدا لوفليس"),
  named("with a right-to-left override", "Ada\u202ecod.exe", "Adacod.exe"),
  named("in isolates", "\u2066Ada\u2069", "Ada"),
  named("with a zero-width joiner", family, family),
  named("with a zero-width space", "A\u200bda", "A\u200bda"),
  named("with a NUL", "Ada\u0000 L", "Ada L"),
  named("with lone surrogates", "A\ud800da\udc00", "Ada"),
  named("with a reversed surrogate pair", "A\udc00\ud800", "A"),
  named("with control characters", "\u001b[31mAda\u0007\u0085", "[31mAda"),
  named("with a newline", "Ada\r\nSet-Cookie: a=b", "AdaSet-Cookie: a=b"),
  named("with surrounding spaces", "  Ada \t", "Ada"),
  named("of spaces", " \u00a0\u2003 ", null),
  named("that is empty", "", null),
  named("of NULs", "\u0000".repeat(10), null),
  named(
    "that is a script",
    "<script>alert(1)</script>",
    "<script>alert(1)</script>",
  ),
  named("that ends a script", "</script><img src=x>", "</script><img src=x>"),
  named(
    "that is SQL",
    "'; DROP TABLE google_auth.users;--",
    "'; DROP TABLE google_auth.users;--",
  ),
  named("that is a template", "{{7*7}}${7*7}<%=1%>", "{{7*7}}${7*7}<%=1%>"),
  named("that is a formula", '=HYPERLINK("x")', '=HYPERLINK("x")'),
  named("that is JSON", '","role":"admin', '","role":"admin'),
  named("that is a format", "%s%n%x", "%s%n%x"),
  named("with backslashes", "\\u0000\\x00\\", "\\u0000\\x00\\"),
  ...[null, 0, 1, true, [], ["Ada"], {}, { toString: "Ada" }].map((signed) =>
    named(`that is ${JSON.stringify(signed)}`, signed, null),
  ),
  {
    id: "G-073",
    name: "all names too long",
    options: () => ({
      claims: {
        given_name: "g".repeat(1000),
        family_name: "f".repeat(1000),
        locale: "l".repeat(1000),
      },
    }),
    stored: () => ({
      givenName: "g".repeat(128),
      familyName: "f".repeat(128),
      locale: "l".repeat(35),
    }),
  },
  {
    id: "G-073",
    name: "all names of the wrong type",
    options: () => ({
      claims: { given_name: ["x"], family_name: { x: 1 }, locale: 7 },
    }),
    stored: () => ({ givenName: null, familyName: null, locale: null }),
  },
];

function pictured(
  signed: unknown,
  kept: string | null,
  name = "",
): AdmittedCase {
  return {
    id: "G-074",
    name: `the picture ${name || JSON.stringify(signed)}`,
    options: () => ({ claims: { picture: signed } }),
    stored: () => ({ picture: kept }),
  };
}

const photo = "https://lh3.googleusercontent.com/a/photo=s96-c";

export const goodPictureCases: AdmittedCase[] = [
  pictured(photo, photo),
  pictured(
    "HTTPS://lh3.googleusercontent.com/a",
    "HTTPS://lh3.googleusercontent.com/a",
  ),
  pictured(
    `${photo}?${"x".repeat(2000)}`,
    `${photo}?${"x".repeat(2000)}`,
    "of 2,048 characters",
  ),
  pictured(`${photo}?${"x".repeat(2001)}`, null, "of 2,049 characters"),
  ...[
    "http://lh3.googleusercontent.com/a",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml;base64,PHN2Zy8+",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://evil.example/a",
    "blob:https://evil.example/a",
    "//evil.example/a",
    "/a.png",
    "a.png",
    "https:",
    "https://",
    "https:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "https://evil.example:99999/a",
    "https://[::1",
    "https://evil.example/a b",
    " https://evil.example/a",
    "https://evil.example/a\n",
    "https://evil.example/\u0000",
    "https://evil.example/\u202egnp.a",
    "https://google.com@evil.example/a",
    "https://user:password@evil.example/a",
    "",
  ].map((picture) => pictured(picture, null)),
  ...[null, 1, true, ["https://evil.example/a"], { url: photo }].map(
    (picture) => pictured(picture, null),
  ),
];

function addressed(
  email: string,
  emailAuthority: string,
  hd?: string,
): AdmittedCase {
  return {
    id: "G-089",
    name: `the e-mail ${email}${hd === undefined ? "" : ` of ${hd}`}`,
    account: { email, hd },
    stored: () => ({ emailAuthority }),
  };
}

export const goodEmailCases: AdmittedCase[] = [
  addressed("Ada.Lovelace+news@Gmail.COM", "authoritative"),
  addressed("a@gmail.com", "authoritative"),
  addressed("a@corp.com", "authoritative", "corp.com"),
  addressed("a@elsewhere.example", "authoritative", "corp.com"),
  addressed("a@corp.com", "verified"),
  addressed("a@gmail.com.", "verified"),
  addressed("a@gmail.com.evil.example", "verified"),
  addressed("a@evilgmail.com", "verified"),
  addressed("a@ｇmail.com", "verified"),
  addressed("a@gmаil.com", "verified"),
  addressed("a@googlemail.com", "verified"),
  addressed("ß@corp.com", "verified"),
  addressed("ss@corp.com", "verified"),
  addressed("ａ@corp.com", "verified"),
  addressed("'--@corp.com", "verified"),
  addressed("<script>@corp.com", "verified"),
  addressed("__proto__@corp.com", "verified"),
  addressed(`${"a".repeat(311)}@corp.com`, "verified"),
  {
    id: "G-087",
    name: "hd in capitals",
    account: { hd: "CORP.com" },
    stored: () => ({ hostedDomain: "corp.com" }),
  },
];
