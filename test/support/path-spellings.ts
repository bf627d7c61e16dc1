/** The same path, or something that another server might take for it, as it stands in a request line. */
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
/** More bytes than a character needs, which no reader of UTF-8 may accept. */
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
 * Ways to write a path that a router, a proxy in front of it and a guard may
 * each read differently. A path is such as `/users/me`.
 */
export const pathSpellings: readonly (readonly [string, Spelling])[] = [
  ["a slash at the end", behind("/")],
  ["two slashes at the end", behind("//")],
  ["an encoded slash at the end", behind("%2f")],
  ["two slashes in front", before("/")],
  ["three slashes in front", before("//")],
  ["doubled slashes", slashes("//")],
  ["encoded slashes", slashes("%2f")],
  ["encoded slashes in capitals", slashes("%2F")],
  ["slashes encoded twice", slashes("%252f")],
  ["overlong slashes", slashes("%c0%af")],
  ["overlong slashes of three bytes", slashes("%e0%80%af")],
  ["full-width slashes", slashes(escaped("\uff0f"))],
  ["backslashes", slashes("\\")],
  ["encoded backslashes", slashes("%5c")],
  ["a backslash in front", (path) => `\\${path.slice(1)}`],
  ["a slash and a backslash", slashes("/\\")],
  ["a backslash at the end", behind("\\")],
  ["a dot in front", before("/.")],
  ["dots between", slashes("/./")],
  ["a dot at the end", behind("/.")],
  ["a dot without a slash", behind(".")],
  ["two dots at the end", behind("/..")],
  ["there and back at the end", (path) => `${path}/..${lastSegment(path)}`],
  ["below and back", behind("/x/..")],
  ["from elsewhere", before("/x/..")],
  ["from above the root", before("/../..")],
  ["from a public route", before("/health/live/../..")],
  ["from the pages of the description", before("/docs/..")],
  ["from those, encoded", before("/docs/%2e%2e")],
  ["from those, with the slash", before("/docs/..%2f..")],
  ["encoded dots between", slashes("/%2e/")],
  ["from elsewhere, encoded", before("/x/%2e%2e")],
  ["from elsewhere, encoded twice", before("/x/%252e%252e")],
  ["from elsewhere, overlong", before("/x/%c0%ae%c0%ae")],
  ["from elsewhere, by a backslash", before("/x/..%5c")],
  ["from elsewhere, with a parameter", before("/x/..;/")],
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
    "a letter as IIS has it",
    (path) => firstLetter(path, (one) => `%u00${hex(one.codePointAt(0) ?? 0)}`),
  ],
  ["upper case", (path) => path.toUpperCase()],
  ["a capital letter", (path) => firstLetter(path, (one) => one.toUpperCase())],
  ["a matrix parameter", behind(";x=1")],
  ["a matrix parameter in every segment", slashes(";x=1/")],
  ["an encoded matrix parameter", behind("%3bx=1")],
  ["a matrix parameter in front", before("/;x=1")],
  ["a NUL", behind("%00")],
  ["a NUL and an ending", behind("%00.css")],
  ["an ending", behind(".json")],
  ["an ending as a parameter", behind(";.css")],
  ["a blank", behind("%20")],
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
  ["an absolute address", before(`http://${host}`)],
  ["an absolute address of another scheme", before(`HTTPS://${host}`)],
  ["an absolute address elsewhere", before("http://evil.example")],
  ["an absolute address with a user", before(`http://admin:x@${host}`)],
  ["an absolute address and two slashes", before(`http://${host}/`)],
  ["an absolute address and a dot", before(`http://${host}/x/..`)],
  ["the address of a host", before(`//${host}`)],
];
