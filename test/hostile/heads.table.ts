import { requestText } from "../support/raw-connection";
import { broken, type Bytes, chunked } from "./broken-request";
import type { HostileCase } from "./hostile-case";

const heads: [string, Bytes][] = [
  ["bare newlines", (body) => requestText({ body }).replaceAll("\r\n", "\n")],
  [
    "bare carriage returns",
    (body) => requestText({ body }).replaceAll("\r\n", "\r"),
  ],
  [
    "a space before a colon",
    (body) => requestText({ headers: { "X ": "y" }, body }),
  ],
  [
    "a space in a name",
    (body) => requestText({ headers: { "X y": "z" }, body }),
  ],
  [
    "a name without a colon",
    (body) => requestText({ body }).replace(": close", ""),
  ],
  [
    "a header without a name",
    (body) => requestText({ headers: { "": "x" }, body }),
  ],
  [
    "a folded header",
    (body) => requestText({ headers: { X: "a\r\n b" }, body }),
  ],
  [
    "a NUL in a header",
    (body) => requestText({ headers: { X: "a\0b" }, body }),
  ],
  ["a NUL in a name", (body) => requestText({ headers: { "X\0": "a" }, body })],
  [
    "an escape in a header",
    (body) => requestText({ headers: { X: "a\u001bb" }, body }),
  ],
];

/** A missing, ambiguous or invalid Host: RFC 9112 §3.2 requires a refusal. */
const hosts: [string, Bytes][] = [
  ["no Host", (body) => requestText({ headers: { Host: undefined }, body })],
  [
    "two Hosts",
    (body) => requestText({ headers: { host: "evil.example" }, body }),
  ],
  [
    "two equal Hosts",
    (body) => requestText({ headers: { host: "service.example" }, body }),
  ],
  [
    "a Host with a space",
    (body) => requestText({ headers: { Host: "a b" }, body }),
  ],
  [
    "a Host with a path",
    (body) => requestText({ headers: { Host: "a/b" }, body }),
  ],
  [
    "a Host with a user",
    (body) => requestText({ headers: { Host: "a@b" }, body }),
  ],
  [
    "a Host with a list",
    (body) => requestText({ headers: { Host: "a, b" }, body }),
  ],
];

const versions = [
  ...["HTTP/1.2", "HTTP/3.7", "HTTP/9.9", "HTTP/1", "HTTP/1.1x", "HTTP/01.1"],
  ...["HTTP/1.10", "HTTP/-1.1", "http/1.1", "HTP/1.1", "HTTP 1.1", "HTTPS/1.1"],
];

const lines: [string, string][] = [
  ["another protocol: HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["another protocol: SSH", "SSH-2.0-OpenSSH_9.9\r\n"],
  ["another protocol: SMTP", "EHLO evil.example\r\n"],
  ["another protocol: memcached", "stats\r\n"],
  ["another protocol: Redis", "*1\r\n$4\r\nPING\r\n"],
  ["a method in lower case", "post /auth/google HTTP/1.1\r\n\r\n"],
  ["an unknown method", "FETCH /auth/google HTTP/1.1\r\n\r\n"],
  ["a method of 20 kB", `${"P".repeat(20_000)} / HTTP/1.1\r\n\r\n`],
  ["a tab instead of a space", "POST\t/auth/google\tHTTP/1.1\r\n\r\n"],
  ["no target", "POST HTTP/1.1\r\n\r\n"],
  ["a target without a slash", "POST auth/google HTTP/1.1\r\n\r\n"],
  ["a target with backslashes", "POST \\auth\\google HTTP/1.1\r\n\r\n"],
  ["a target with a NUL", "POST /auth/google\0 HTTP/1.1\r\n\r\n"],
  ["a target with a DEL", "POST /auth/google\u007f HTTP/1.1\r\n\r\n"],
  ["a target beyond ASCII", "POST /auth/gö HTTP/1.1\r\n\r\n"],
];

const binaries: [string, string][] = [
  ["TLS", "16030100c8010000c40303"],
  ["SOCKS", "050100"],
  ["Postgres", "0000000804d2162f"],
  ["zeros", "00".repeat(100)],
  ["0xff", "ff".repeat(100)],
];

export const brokenHeadCases: HostileCase[] = [
  ...heads.map(([name, bytes]) => broken("W-018", name, bytes)),
  ...hosts.map(([name, bytes]) => ({
    ...broken("W-011", name, bytes),
    reason: "host",
  })),
  ...versions.map((version) =>
    broken("W-018", `the version ${version}`, (body) =>
      requestText({ version, body }),
    ),
  ),
  ...lines.map(([name, line]) => broken("W-018", name, () => line)),
  ...binaries.map(([name, hex]) =>
    broken("W-018", `bytes of ${name}`, () => Buffer.from(hex, "hex")),
  ),
];

const large: [string, Bytes][] = [
  [
    "a target of 20 kB",
    (body) => requestText({ path: `/${"a".repeat(20_000)}`, body }),
  ],
  [
    "a query of 20 kB",
    (body) => requestText({ path: `/auth/google?${"a".repeat(20_000)}`, body }),
  ],
  [
    "a header of 20 kB",
    (body) => requestText({ headers: { X: "x".repeat(20_000) }, body }),
  ],
  [
    "a header name of 20 kB",
    (body) => requestText({ headers: { ["X".repeat(20_000)]: "x" }, body }),
  ],
  [
    "cookies of 20 kB",
    (body) => requestText({ headers: { Cookie: "a=b; ".repeat(4000) }, body }),
  ],
  [
    "an access token of 64 kB",
    () =>
      requestText({
        method: "GET",
        path: "/users/me",
        headers: { Authorization: `Bearer ${"a".repeat(65_536)}` },
      }),
  ],
  [
    "2,000 headers",
    (body) =>
      requestText({
        headers: Object.fromEntries(
          Array.from({ length: 2000 }, (_, index) => [`X${index}`, "abcd"]),
        ),
        body,
      }),
  ],
  [
    "20 kB after the last chunk",
    (body) =>
      requestText({
        headers: {
          "Content-Length": undefined,
          "Transfer-Encoding": "chunked",
        },
      }) + chunked(body).replace(/\r\n$/, `X: ${"x".repeat(20_000)}\r\n\r\n`),
  ],
];

export const largeHeadCases: HostileCase[] = large.map(([name, bytes]) =>
  broken("W-009", name, bytes, 431),
);
