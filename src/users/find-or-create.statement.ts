import type { VerifiedIdentity } from "../identity/verified-identity";
import type { FindOrCreateOptions } from "./user-directory.port";

/** A statement and the values it binds. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * A data-modifying expression that joins the statement below and sees the
 * signed-in user as the one row of `account`; it does nothing when there is none.
 *
 * @param firstParameter the number its own values begin at: $n
 */
export type Companion = (firstParameter: number) => Statement;

export interface FindOrCreateStatement extends Statement {
  /** The id the user has if this statement creates it. */
  readonly newUserId: string;
}

const userColumns = `id, status, email, email_verified AS "emailVerified",
  email_authority AS "emailAuthority", hosted_domain AS "hostedDomain", name,
  given_name AS "givenName", family_name AS "familyName", picture, locale, roles,
  profile, tokens_valid_after AS "tokensValidAfter", created_at AS "createdAt",
  updated_at AS "updatedAt", last_sign_in_at AS "lastSignInAt"`;

/** Reads one user by id, in the shape the rest of the code knows. */
export const findUserById = `SELECT ${userColumns} FROM users WHERE id = $1`;

/*
 * One statement, one round trip. The identity's primary key decides every race:
 * of many first sign-ins one inserts, the others wait for it and then take the
 * update branch, where their snapshot does not show them the new user yet. They
 * get no row, as does a user who may not sign in; why is asked afterwards.
 */
const findOrCreate = (companion: string) => `
WITH identity AS (
  INSERT INTO identities (issuer, subject, user_id, claims, created_at, last_sign_in_at)
  SELECT $2, $3, $1::uuid, $4::jsonb, $5::timestamptz, $5::timestamptz
  WHERE $6::boolean
    OR EXISTS (SELECT FROM identities WHERE issuer = $2 AND subject = $3)
  ON CONFLICT (issuer, subject) DO UPDATE
    SET claims = EXCLUDED.claims, last_sign_in_at = EXCLUDED.last_sign_in_at
    WHERE EXISTS (
      SELECT FROM users WHERE id = identities.user_id AND status = 'active')
  RETURNING user_id
), created AS (
  INSERT INTO users (id, status, email, email_verified, email_authority,
    hosted_domain, name, given_name, family_name, picture, locale, profile,
    created_at, updated_at, last_sign_in_at)
  SELECT user_id, 'active', $7, $8::boolean, $9, $10, $11, $12, $13, $14, $15,
    $16::jsonb, $5::timestamptz, $5::timestamptz, $5::timestamptz
  FROM identity WHERE user_id = $1::uuid
  RETURNING *
), found AS (
  UPDATE users SET
    email = COALESCE($7, email),
    email_verified = CASE WHEN $7 IS NULL THEN email_verified ELSE $8::boolean END,
    email_authority = CASE WHEN $7 IS NULL THEN email_authority ELSE $9 END,
    hosted_domain = $10,
    name = COALESCE($11, name),
    given_name = COALESCE($12, given_name),
    family_name = COALESCE($13, family_name),
    picture = COALESCE($14, picture),
    locale = COALESCE($15, locale),
    updated_at = $5::timestamptz,
    last_sign_in_at = $5::timestamptz
  FROM identity
  WHERE users.id = identity.user_id AND users.id <> $1::uuid AND users.status = 'active'
  RETURNING users.*
), account AS (
  SELECT * FROM created UNION ALL SELECT * FROM found
)${companion}
SELECT ${userColumns} FROM account`;

/** The status of the user of an identity: why the statement above gave no row. */
export const findStatus = `SELECT status FROM users WHERE id =
  (SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2)`;

const plainText = findOrCreate("");
const companionTexts = new Map<string, string>();

/**
 * The statement that finds or creates the user of an identity.
 *
 * @param newUserId a fresh UUIDv7, used only if the user is created
 * @param now the time of the sign-in
 */
export function findOrCreateStatement(
  newUserId: string,
  identity: VerifiedIdentity,
  options: FindOrCreateOptions,
  now: Date,
  companion?: Companion,
): FindOrCreateStatement {
  const values = [
    newUserId,
    identity.issuer,
    identity.subject,
    JSON.stringify(storedClaims(identity)),
    now,
    options.signUp === "open",
    identity.email,
    identity.emailVerified,
    identity.emailAuthority,
    identity.hostedDomain,
    identity.name,
    identity.givenName,
    identity.familyName,
    identity.picture,
    identity.locale,
    JSON.stringify(options.profile ?? {}),
  ];
  if (!companion) return { newUserId, text: plainText, values };
  const extra = companion(values.length + 1);
  let text = companionTexts.get(extra.text);
  if (text === undefined) {
    text = findOrCreate(`, companion AS (${extra.text})`);
    companionTexts.set(extra.text, text);
  }
  return { newUserId, text, values: [...values, ...extra.values] };
}

/** What is kept of a sign-in beside the keys; the nonce has done its work. */
function storedClaims(identity: VerifiedIdentity): Record<string, unknown> {
  return {
    ...identity,
    issuer: undefined,
    subject: undefined,
    nonce: undefined,
  };
}
