import { hash } from "node:crypto";
import type { SqlFragment } from "../database/sql-fragment";
import type { VerifiedIdentity } from "../identity/verified-identity";

/** Which credentials can be used for only one sign-in. */
export interface OneTimeRules {
  /**
   * `required`: a token is accepted only with a nonce issued by this service.
   */
  readonly nonce: "optional" | "required";
  /** `once`: a token can be used for one sign-in. */
  readonly idToken: "reusable" | "once";
}

/** The stored mark of something that can be used once. */
export interface OneTimeMark {
  readonly digest: Buffer;
  /** After that it is refused because it has expired. */
  readonly expiresAt: Date;
}

/** What one sign-in consumes. */
export interface OneTimeUse {
  /** The nonce in the token, if we issued it. */
  readonly nonce: OneTimeMark | null;
  /** The token itself, unless it can be reused. */
  readonly token: OneTimeMark | null;
}

/** The mark of a token, regardless of its encoding. */
export function tokenMarkOf({
  tokenDigest,
  expiresAt,
}: Pick<VerifiedIdentity, "tokenDigest" | "expiresAt">): OneTimeMark {
  return {
    digest: Buffer.from(tokenDigest, "base64url"),
    expiresAt: new Date(expiresAt * 1000),
  };
}

/** The mark of a nonce. */
export function nonceMarkOf(nonce: string, expiresAt: Date): OneTimeMark {
  return { digest: hash("sha256", nonce, "buffer"), expiresAt };
}

/*
 * Consumes a nonce and a token, or grants nothing: of several concurrent uses,
 * the primary key admits one.
 */
function text(first: number): string {
  const nonce = `$${first}::bytea`;
  const nonceExpiresAt = `$${first + 1}::timestamptz`;
  const token = `$${first + 2}::bytea`;
  const tokenExpiresAt = `$${first + 3}::timestamptz`;
  const nonceIsUsed = `(${nonce} IS NULL OR EXISTS (SELECT FROM used_nonce))`;
  return `used_nonce AS (
  INSERT INTO google_auth.nonces (digest, expires_at)
  SELECT ${nonce}, ${nonceExpiresAt} FROM admissible WHERE ${nonce} IS NOT NULL
  ON CONFLICT (digest) DO NOTHING
  RETURNING digest
), used_token AS (
  INSERT INTO google_auth.used_id_tokens (digest, expires_at)
  SELECT ${token}, ${tokenExpiresAt} FROM admissible
  WHERE ${token} IS NOT NULL AND ${nonceIsUsed}
  ON CONFLICT (digest) DO NOTHING
  RETURNING digest
), granted AS (
  SELECT FROM admissible
  WHERE ${nonceIsUsed} AND (${token} IS NULL OR EXISTS (SELECT FROM used_token))
)`;
}

/**
 * The condition that everything in `use` is still unused, which also consumes
 * it. Ends with `granted`, and requires an expression `admissible` before it.
 */
export function oneTimeCondition({ nonce, token }: OneTimeUse): SqlFragment {
  return {
    text,
    values: [
      nonce?.digest ?? null,
      nonce?.expiresAt.toISOString() ?? null,
      token?.digest ?? null,
      token?.expiresAt.toISOString() ?? null,
    ],
  };
}

/** The condition alone, as a statement of its own. */
export const takeStatement = `WITH admissible AS (SELECT), ${text(1)}
SELECT true AS granted FROM granted`;
