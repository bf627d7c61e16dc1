import { createHmac } from "node:crypto";
import type { GoogleEmulator } from "../../src/testing/google/emulator";
import type { IdTokenOptions } from "../../src/testing/google/id-token.mint";

type Members = Readonly<Record<string, unknown>>;

/** A segment: base64url of bytes, of a string, or of a value as JSON. */
export function encode(value: unknown): string {
  const bytes =
    typeof value === "string" || value instanceof Uint8Array
      ? value
      : JSON.stringify(value);
  return Buffer.from(bytes).toString("base64url");
}

/** The decoded text of a segment. */
export function decode(segment: string): string {
  return Buffer.from(segment, "base64url").toString();
}

/** The encoded header, payload and signature of a token. */
export function segmentsOf(token: string): [string, string, string] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return [header, payload, signature];
}

/** A token with edited segments. */
export function edited(
  token: string,
  edit: (
    header: string,
    payload: string,
    signature: string,
  ) => readonly string[],
): string {
  return edit(...segmentsOf(token)).join(".");
}

/** Valid claims as the JSON text that Google would sign. */
export async function claimsText(
  google: GoogleEmulator,
  options: IdTokenOptions = {},
): Promise<string> {
  return decode(segmentsOf(await google.idToken(options))[1]);
}

/** A token signed by Google, with the JSON text of its claims edited. */
export async function withClaimsText(
  google: GoogleEmulator,
  edit: (json: string) => string | Uint8Array,
  options: IdTokenOptions = {},
): Promise<string> {
  const json = await claimsText(google, options);
  return google.idToken({ ...options, rawPayload: edit(json) });
}

/** A token signed by Google, with the JSON text of its header edited. */
export async function withHeaderText(
  google: GoogleEmulator,
  edit: (json: string) => string | Uint8Array,
): Promise<string> {
  const [header] = segmentsOf(await google.idToken());
  return google.idToken({ rawHeader: edit(decode(header)) });
}

/** A token with valid claims, this header and any third segment. */
export async function withSignature(
  google: GoogleEmulator,
  header: Members,
  sign: (input: string) => string | Uint8Array,
): Promise<string> {
  const input = `${encode(header)}.${encode(await claimsText(google))}`;
  return `${input}.${encode(sign(input))}`;
}

/** The header that Google would write, with some of it replaced. */
export function googleHeader(
  { keys }: GoogleEmulator,
  members: Members = {},
): Members {
  return { alg: "RS256", kid: keys.current.kid, typ: "JWT", ...members };
}

export function hmac(
  bits: 256 | 384 | 512,
  key: string | Uint8Array,
): (input: string) => Buffer {
  return (input) => createHmac(`sha${bits}`, key).update(input).digest();
}

/** Adds members to the end of a JSON object's text. */
export function withMember(json: string, member: string): string {
  return `${json.slice(0, -1)},${member}}`;
}
