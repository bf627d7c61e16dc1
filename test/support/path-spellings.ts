/**
 * The same path in the request line, or one that another server might treat as
 * the same.
 */
type Spelling = (path: string) => string;

const host = "service.example";
const letter = /[a-z]/i;

const slashes = (by: string) => (path: string) =>
  `/${path.slice(1).replaceAll("/", by)}`;
const behind = (tail: string) => (path: string) => path + tail;
const before = (head: string) => (path: string) => head + path;
const escaped = (bytes: Uint8Array | string) =>
  Array.from(Buffer.from(bytes), (byte) => `%${hex(byte)}`).join("");
const hex = (byte: number) => byte.toString(16).padStart(2, "0");
const letters = (path: string, write: (letter: string) => string) =>
  Array.from(path, (one) => (letter.test(one) ? write(one) : one)).join("");
const firstLetter = (path: string, write: (letter: string) => string) =>
  path.replace(letter, write);
/** An overlong encoding, which UTF-8 decoders must refuse. */
const overlong = (text: string) =>
  escaped(
    Uint8Array.from(
      Buffer.from(text).reduce<number[]>(
        (bytes, byte) => [...bytes, 0xc0 | (byte >> 6), 0x80 | (byte & 0x3f)],
        [],
      ),
    ),
  );
const lastSegment = (path: string) => path.slice(path.lastIndexOf("/"));

/**
 * Ways to write a path such as `/users/me` that a router, a proxy in front of
 * it and a guard may interpret differently.
 */
export const pathSpellings: readonly (readonly [string, Spelling])[] = [
  ["a trailing slash", behind("/")],
  ["two trailing slashes", behind("//")],
  ["a trailing encoded slash", behind("%2f")],
  ["two leading slashes", before("/")],
  ["three leading slashes", before("//")],
  ["doubled slashes", slashes("//")],
  ["encoded slashes", slashes("%2f")],
  ["encoded slashes in capitals", slashes("%2F")],
  ["slashes encoded twice", slashes("%252f")],
  ["overlong slashes", slashes("%c0%af")],
  ["overlong slashes of three bytes", slashes("%e0%80%af")],
  ["full-width slashes", slashes(escaped("\uff0f"))],
  ["backslashes", slashes("\\")],
  ["encoded backslashes", slashes("%5c")],
  ["a leading backslash", (path) => `\\${path.slice(1)}`],
  ["a slash and a backslash", slashes("/\\")],
  ["a trailing backslash", behind("\\")],
  ["a leading dot segment", before("/.")],
  ["dot segments between", slashes("/./")],
  ["a trailing dot segment", behind("/.")],
  ["a dot without a slash", behind(".")],
  ["two trailing dots", behind("/..")],
  ["up and down again at the end", (path) => `${path}/..${lastSegment(path)}`],
  ["down and up again", behind("/x/..")],
  ["up from another path", before("/x/..")],
  ["up beyond the root", before("/../..")],
  ["up from a public route", before("/health/live/../..")],
  ["up from the API pages", before("/docs/..")],
  ["up from the API pages, encoded", before("/docs/%2e%2e")],
  ["up from the API pages, with encoded slashes", before("/docs/..%2f..")],
  ["encoded dot segments between", slashes("/%2e/")],
  ["up from another path, encoded", before("/x/%2e%2e")],
  ["up from another path, encoded twice", before("/x/%252e%252e")],
  ["up from another path, overlong", before("/x/%c0%ae%c0%ae")],
  ["up from another path, with a backslash", before("/x/..%5c")],
  ["up from another path, with a parameter", before("/x/..;/")],
  ["an encoded letter", (path) => firstLetter(path, escaped)],
  ["encoded letters", (path) => letters(path, escaped)],
  [
    "letters encoded twice",
    (path) => letters(path, (one) => escaped(one).replace("%", "%25")),
  ],
  ["an overlong letter", (path) => firstLetter(path, overlong)],
  [
    "a full-width letter",
    (path) =>
      firstLetter(path, (one) =>
        escaped(String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0)),
      ),
  ],
  [
    "a letter in the %u encoding of IIS",
    (path) => firstLetter(path, (one) => `%u00${hex(one.codePointAt(0) ?? 0)}`),
  ],
  ["upper case", (path) => path.toUpperCase()],
  ["a capital letter", (path) => firstLetter(path, (one) => one.toUpperCase())],
  ["a matrix parameter", behind(";x=1")],
  ["a matrix parameter in every segment", slashes(";x=1/")],
  ["an encoded matrix parameter", behind("%3bx=1")],
  ["a leading matrix parameter", before("/;x=1")],
  ["a NUL", behind("%00")],
  ["a NUL and an extension", behind("%00.css")],
  ["an extension", behind(".json")],
  ["an extension as a parameter", behind(";.css")],
  ["a space", behind("%20")],
  ["a line feed", behind("%0a")],
  ["a header", behind("%0d%0aX-User:%20admin")],
  ["a plus", behind("+")],
  ["a star", behind("*")],
  ["a percent sign", behind("%")],
  ["a query", behind("?x=1")],
  ["a query with a token", behind("?access_token=x&token=x&role=admin")],
  ["an encoded query", behind("%3fx=1")],
  ["a fragment", behind("#x")],
  ["an encoded fragment", behind("%23x")],
  ["an absolute URL", before(`http://${host}`)],
  ["an absolute URL with another scheme", before(`HTTPS://${host}`)],
  ["an absolute URL of another host", before("http://evil.example")],
  ["an absolute URL with a user", before(`http://admin:x@${host}`)],
  ["an absolute URL and two slashes", before(`http://${host}/`)],
  ["an absolute URL and dot segments", before(`http://${host}/x/..`)],
  ["a host without a scheme", before(`//${host}`)],
];
