import type { AuthError } from "../../common/auth-error";
import { objectOfSegment } from "../../common/jws-segment";
import { maxIdTokenBytes } from "./id-token.parser";

/*
 * The checks of the verifier in its order, for explaining a token: by which
 * reasons each says no, and how its fault can be mended, so that the checks
 * after it can be heard as well. The checks themselves are in the parser and in
 * the claims; nothing here decides anything.
 */

export interface Check<Exhibit> {
  /** A stable name for programs. */
  readonly name: string;
  /** What it demands, for people. */
  readonly demands: string;
  /** The reasons of its refusals. */
  readonly reasons: readonly string[];
  /** Whether a refusal is its own, where a reason is that of two checks. */
  readonly isOwn?: (exhibit: Exhibit) => boolean;
  /** The exhibit without the fault; null when nothing can be told after it. */
  readonly mend?: (exhibit: Exhibit) => Exhibit | null;
  /** The checks that cannot be told once this one is mended. */
  readonly hides?: readonly string[];
}

/** Whether a refusal comes from this check. */
export function isRefusalOf<Exhibit>(
  { reasons, isOwn }: Check<Exhibit>,
  { reason = "" }: AuthError,
  exhibit: Exhibit,
): boolean {
  return reasons.includes(reason) && (isOwn?.(exhibit) ?? true);
}

/** A JSON object. */
export type Members = Readonly<Record<string, unknown>>;

/** The checks of the form, which see the token as it was sent. */
export const formChecks: readonly Check<string>[] = [
  {
    name: "size",
    demands: `at most ${maxIdTokenBytes} bytes`,
    reasons: ["token_too_large"],
  },
  {
    name: "form",
    demands: "header.payload.signature",
    reasons: ["malformed_token"],
    // Without a signature the rest can still be read.
    mend: (token) =>
      /^[^.]+\.[^.]+\.$/.test(token) ? `${token}${anySignature}` : null,
    hides: ["signature-form", "key", "signature"],
  },
  {
    name: "header",
    demands: "a JSON object in base64url, no member twice",
    reasons: ["malformed_header", "duplicate_member"],
    isOwn: (token) => typeof membersOf(token, 0) === "string",
  },
  {
    name: "algorithm",
    demands: "alg is RS256",
    reasons: ["algorithm_not_allowed"],
    mend: withHeader((header) => ({ ...header, alg: "RS256" })),
    hides: ["key", "signature"],
  },
  {
    name: "key-id",
    demands: "kid is a text of 1 to 128 characters",
    reasons: ["key_id_invalid"],
    mend: withHeader((header) => ({ ...header, kid: "any" })),
    hides: ["key", "signature"],
  },
  {
    name: "type",
    demands: "typ is JWT, or absent",
    reasons: ["type_not_allowed"],
    mend: withHeader((header) => without(header, "typ")),
    hides: ["key", "signature"],
  },
  {
    name: "header-members",
    demands: "nothing in the header that chooses how it is verified",
    reasons: ["header_not_allowed"],
    mend: withHeader(({ alg, kid }) => ({ alg, kid })),
    hides: ["key", "signature"],
  },
  {
    name: "signature-form",
    demands: "the signature is base64url",
    reasons: ["malformed_signature"],
    mend: (token) => token.slice(0, token.lastIndexOf(".") + 1) + anySignature,
    hides: ["key", "signature"],
  },
  {
    name: "payload",
    demands: "a JSON object in base64url, no member twice",
    reasons: ["malformed_payload", "duplicate_member"],
  },
];

/** The checks that need Google's keys, of which the verifier speaks for itself. */
export const keyChecks: readonly Check<never>[] = [
  {
    name: "key",
    demands: "Google has the key that kid names",
    reasons: ["unknown_key"],
  },
  {
    name: "signature",
    demands: "signed with it",
    reasons: ["bad_signature"],
  },
];

/** What is left to say for the library that verifies the signature. */
export const libraryCheck: Check<never> = {
  name: "library",
  demands: "google-auth-library has nothing against it",
  reasons: ["refused_by_google_auth_library"],
};

/** Decodes, and has the strict form; what it says does not matter. */
const anySignature = "AA";

/** The members of a segment of a token, or what is wrong with it. */
export function membersOf(
  token: string,
  segment: 0 | 1,
): Members | ReturnType<typeof objectOfSegment> {
  return objectOfSegment(token.split(".")[segment] ?? "");
}

function withHeader(change: (header: Members) => Members) {
  return (token: string): string | null => {
    const header = membersOf(token, 0);
    if (typeof header === "string") return null;
    const written = Buffer.from(JSON.stringify(change(header)));
    return written.toString("base64url") + token.slice(token.indexOf("."));
  };
}

/** The members but for one. */
export function without(members: Members, name: string): Members {
  return Object.fromEntries(
    Object.entries(members).filter(([other]) => other !== name),
  );
}
