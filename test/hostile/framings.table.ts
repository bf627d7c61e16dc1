import { requestText } from "../support/raw-connection";
import { broken, chunked } from "./broken-request";
import type { HostileCase } from "./hostile-case";

const length = (body: string) => String(Buffer.byteLength(body));

/**
 * A request that is valid except for its length, which may hide another
 * request.
 */
const framings: [
  string,
  (body: string) => Record<string, string | undefined>,
][] = [
  [
    "both lengths",
    (body) => ({
      "Content-Length": length(body),
      "Transfer-Encoding": "chunked",
    }),
  ],
  [
    "both lengths, the shorter one first",
    () => ({ "Content-Length": "4", "Transfer-Encoding": "chunked" }),
  ],
  [
    "an unknown transfer coding",
    () => ({ "Content-Length": undefined, "Transfer-Encoding": "xchunked" }),
  ],
  [
    "identity",
    () => ({ "Content-Length": undefined, "Transfer-Encoding": "identity" }),
  ],
  [
    "chunked, but not last",
    () => ({
      "Content-Length": undefined,
      "Transfer-Encoding": "chunked, identity",
    }),
  ],
  [
    "an empty transfer coding",
    () => ({ "Content-Length": undefined, "Transfer-Encoding": "" }),
  ],
  [
    "a transfer coding after a vertical tab",
    () => ({
      "Content-Length": undefined,
      "Transfer-Encoding": "\u000bchunked",
    }),
  ],
  [
    "a transfer coding on the next line",
    () => ({
      "Content-Length": undefined,
      "Transfer-Encoding": "\r\n chunked",
    }),
  ],
  [
    "chunked twice",
    () => ({
      "Content-Length": undefined,
      "Transfer-Encoding": "chunked",
      "transfer-encoding": "chunked",
    }),
  ],
  [
    "chunked with a space before the colon",
    () => ({ "Content-Length": undefined, "Transfer-Encoding ": "chunked" }),
  ],
];

const lengths: [string, (body: string) => string][] = [
  ["with a plus", (body) => `+${length(body)}`],
  ["with a minus", () => "-1"],
  ["in hexadecimal", (body) => `0x${Buffer.byteLength(body).toString(16)}`],
  ["with an exponent", () => "1e3"],
  ["with a decimal point", (body) => `${length(body)}.0`],
  ["in two parts", () => "1 0"],
  ["as a list", (body) => `${length(body)}, ${length(body)}`],
  ["beyond 64 bits", () => "99999999999999999999999"],
  ["that is empty", () => ""],
  ["that is a word", () => "all"],
];

const chunks: [string, (body: string) => string][] = [
  ["of an invalid size", (body) => `zz\r\n${body}\r\n0\r\n\r\n`],
  ["of a negative size", (body) => `-1\r\n${body}\r\n0\r\n\r\n`],
  ["beyond 64 bits", (body) => `FFFFFFFFFFFFFFFFFF\r\n${body}\r\n0\r\n\r\n`],
  ["longer than its size", (body) => `1\r\n${body}\r\n0\r\n\r\n`],
  ["with an endless extension", (body) => `1;${"x".repeat(20_000)}\r\n${body}`],
  ["with bare newlines", (body) => chunked(body).replaceAll("\r\n", "\n")],
  [
    "with a length in the trailer",
    (body) => chunked(body).replace(/\r\n$/, "Content-Length: 5\r\n\r\n"),
  ],
];

export const framingCases: HostileCase[] = [
  ...framings.map(([name, headers]) =>
    broken(
      "W-018",
      name,
      (body) => requestText({ headers: headers(body) }) + chunked(body),
    ),
  ),
  ...lengths.map(([name, write]) =>
    broken(
      "W-018",
      `a length ${name}`,
      (body) =>
        requestText({ headers: { "Content-Length": write(body) } }) + body,
    ),
  ),
  broken(
    "W-018",
    "two lengths",
    (body) =>
      requestText({
        headers: { "Content-Length": length(body), "content-length": "5" },
      }) + body,
  ),
  broken("W-018", "the same length twice", (body) =>
    requestText({ headers: { "content-length": length(body) }, body }),
  ),
  broken(
    "W-018",
    "no length, and a body",
    (body) => requestText({ headers: { "Content-Length": undefined } }) + body,
  ),
  broken(
    "W-018",
    "a length of 0, and a body",
    (body) => requestText({}) + body,
  ),
  ...chunks.map(([name, write]) =>
    broken(
      "W-018",
      `a chunk ${name}`,
      (body) =>
        requestText({
          headers: {
            "Content-Length": undefined,
            "Transfer-Encoding": "chunked",
          },
        }) + write(body),
    ),
  ),
];
