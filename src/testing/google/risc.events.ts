import { createHash, randomBytes } from "node:crypto";
import { EmulatorInputError } from "./emulator-input";
import type { SecurityEventTokenOptions } from "./other-tokens.mint";

const RISC = "https://schemas.openid.net/secevent/risc/event-type";
const OAUTH = "https://schemas.openid.net/secevent/oauth/event-type";

/**
 * The events that Google sends, by their short names; two of them belong to the
 * OAuth profile, the others to RISC.
 * https://developers.google.com/identity/protocols/risc#supported_event_types
 */
export const securityEventTypes = Object.freeze({
  "sessions-revoked": `${RISC}/sessions-revoked`,
  "tokens-revoked": `${OAUTH}/tokens-revoked`,
  "token-revoked": `${OAUTH}/token-revoked`,
  "account-disabled": `${RISC}/account-disabled`,
  "account-enabled": `${RISC}/account-enabled`,
  "account-credential-change-required": `${RISC}/account-credential-change-required`,
  verification: `${RISC}/verification`,
});

/** The short name of an event. */
export type SecurityEventName = keyof typeof securityEventTypes;

/** The details of an event. */
export interface SecurityEventDetails {
  /** Of `account-disabled`: `hijacking`, `bulk-account`, or absent. */
  readonly reason?: string;
  /** Of `verification`: the requested state. */
  readonly state?: string;
  /** Of `token-revoked`: the revoked refresh token. Default: an unknown one. */
  readonly refreshToken?: string;
  /** How `token-revoked` identifies the token. Default: its double SHA-512. */
  readonly tokenIdentifier?: "hash_base64_sha512_sha512" | "prefix";
}

const PREFIX_LENGTH = 16;

/**
 * The URI of an event.
 *
 * @param type a short name or any URI
 * @throws EmulatorInputError if it is neither
 */
export function securityEventType(type: string): string {
  const known = new Map<string, string>(Object.entries(securityEventTypes));
  const uri = known.get(type) ?? (URL.canParse(type) ? type : undefined);
  if (uri === undefined) {
    throw new EmulatorInputError(
      `Unknown event "${type}"; use a URI or one of ${[...known.keys()].join(", ")}.`,
    );
  }
  return uri;
}

/** The members of an event other than its account, which they may replace. */
export function securityEventBody(
  uri: string,
  details: SecurityEventDetails,
): NonNullable<SecurityEventTokenOptions["event"]> {
  const { reason, state } = details;
  return {
    ...(uri === securityEventTypes.verification && { subject: undefined }),
    ...(uri === securityEventTypes["token-revoked"] && {
      subject: tokenSubject(details),
    }),
    ...(reason !== undefined && { reason }),
    ...(state !== undefined && { state }),
  };
}

function tokenSubject({
  refreshToken = `1//0${randomBytes(75).toString("base64url")}`,
  tokenIdentifier = "hash_base64_sha512_sha512",
}: SecurityEventDetails) {
  const sha512 = (data: string | Buffer) =>
    createHash("sha512").update(data).digest();
  return {
    subject_type: "oauth_token",
    token_type: "refresh_token",
    token_identifier_alg: tokenIdentifier,
    token:
      tokenIdentifier === "prefix"
        ? refreshToken.slice(0, PREFIX_LENGTH)
        : sha512(sha512(refreshToken)).toString("base64"),
  };
}
