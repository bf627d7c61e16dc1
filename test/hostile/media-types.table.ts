import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { type Body, form, json, sent } from "./body-case";
import type { HostileCase } from "./hostile-case";

const text = JSON.stringify;

const otherTypes = [
  ...["text/plain", "text/html", "text/json", "text/xml", "application/xml"],
  ...["application/jwt", "application/jose", "application/octet-stream"],
  ...["application/jsonp", "application/json-patch+json", "application/json5"],
  ...[
    "application/vnd.api+json",
    "application/problem+json",
    "application/csp-report",
  ],
  ...["application/secevent+jwt", "application/x-json", "application/graphql"],
  ...["application/json, text/plain", "text/plain, application/json"],
  ...[
    "text/plain; application/json",
    "text/plain;application/x-www-form-urlencoded",
  ],
  ...["image/svg+xml", "*/*", "json"],
  ...[
    "application/*",
    "application",
    "/",
    "/json",
    "application/",
    "__proto__",
  ],
  ...["constructor", "constructor/prototype", "application/json\\", "x"],
  ...["multipart/mixed; boundary=x", "multipart/form-data", "message/http"],
  "application/x-www-form-urlencoded-x",
  "application/x-www-form-urlencoded, text/plain",
];

const otherCharsets = [
  ...["utf-16", "utf-16le", "utf-32", "utf-7", "us-ascii", "iso-8859-1"],
  ...[
    "latin1",
    "windows-1252",
    "shift_jis",
    '"utf-16"',
    "utf-8-x",
    "x",
    "UTF-16",
  ],
];

const part = '--x\r\nContent-Disposition: form-data; name="credential"\r\n\r\n';
const file =
  '--x\r\nContent-Disposition: form-data; name="credential"; filename="a.jwt"\r\nContent-Type: application/json\r\n\r\n';

/** 415: another site's form can send some of these without a preflight. */
function unsupported(
  id: string,
  name: string,
  contentType: string | undefined,
  body: Body,
  reason?: string,
): HostileCase {
  return {
    ...sent(id, name, contentType, body),
    status: 415,
    code: "unsupported_media_type",
    reason,
  };
}

export const mediaTypeCases: HostileCase[] = [
  unsupported("G-107", "a body without a type", undefined, (idToken) =>
    text({ idToken }),
  ),
  ...otherTypes.map((type) =>
    unsupported("G-107", `the type ${type}`, type, (idToken) =>
      type.includes("form") ? `idToken=${idToken}` : text({ idToken }),
    ),
  ),
  ...otherCharsets.map((charset) =>
    unsupported(
      "G-107",
      `a form in ${charset}`,
      `${form};charset=${charset}`,
      (idToken) => `idToken=${idToken}`,
      "charset",
    ),
  ),
  unsupported(
    "G-108",
    "multipart with the field",
    "multipart/form-data; boundary=x",
    (token) => `${part}${token}\r\n--x--\r\n`,
  ),
  unsupported(
    "G-108",
    "multipart with a file",
    "multipart/form-data; boundary=x",
    (token) => `${file}${text({ credential: token })}\r\n--x--\r\n`,
  ),
  unsupported(
    "G-108",
    "multipart without an end",
    "multipart/form-data; boundary=x",
    (token) => `${part}${token}`,
  ),
  unsupported(
    "G-108",
    "multipart as type, JSON as body",
    "multipart/form-data; boundary=x",
    (idToken) => text({ idToken }),
  ),
];

/** Content codings; bodies are at most 16 kB and must not be compressed. */
const packings: [string, (text: string) => Uint8Array][] = [
  ["gzip", (text) => gzipSync(text)],
  ["x-gzip", (text) => gzipSync(text)],
  ["GZIP", (text) => gzipSync(text)],
  ["deflate", (text) => deflateSync(text)],
  ["br", (text) => brotliCompressSync(text)],
  ["gzip, gzip", (text) => gzipSync(gzipSync(text))],
  ["identity, gzip", (text) => gzipSync(text)],
  ["aes128gcm", (text) => Buffer.from(text)],
  ["x", (text) => Buffer.from(text)],
];

const packed = (name: string, coding: string, body: Body): HostileCase => ({
  ...sent("G-111", name, json, body, { "content-encoding": coding }),
  status: 415,
  code: "unsupported_media_type",
  reason: "content_encoding",
});

export const packedBodyCases: HostileCase[] = [
  ...packings.flatMap(([coding, pack]) => [
    packed(`JSON compressed by ${coding}`, coding, (idToken) =>
      pack(text({ idToken })),
    ),
    packed(`plain JSON with the coding ${coding}`, coding, (idToken) =>
      text({ idToken }),
    ),
  ]),
  packed("10 MB compressed to 10 kB", "gzip", (idToken) =>
    gzipSync(text({ idToken }) + " ".repeat(1e7)),
  ),
];
