import { type SqlFragment, timeOf } from "../database/sql-fragment";
import { type VerifiedIdentity } from "../identity/verified-identity";
import { refusesTokenIssuedAt } from "./identity-standings.statements";
import { digestOf, storedClaims } from "./stored-identity";
import type { FindOrCreateOptions } from "./user-directory.port";

/** A statement and its bound values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Parts of the statement below that other modules add. */
export interface StatementParts {
  /**
   * Common table expressions, the last of which is named `granted` and has a
   * row only if the sign-in may proceed. They are evaluated before anything is
   * written, and `admissible` has one row only if nothing else prevents the
   * sign-in.
   */
  readonly condition?: SqlFragment;
  /**
   * Common table expressions, separated by commas. The only row of `account` is
   * the signed-in user, including `is_new`; if there is no row, they must have
   * no effect.
   */
  readonly companion?: SqlFragment & {
    /** What it adds to the result: a select list over its expressions. */
    readonly columns: string;
  };
}

export interface FindOrCreateStatement extends Statement {
  /** The id the user has if this statement creates it. */
  readonly newUserId: string;
}

/** The columns of a `User`. */
export const userColumns = `id, status, email, email_verified AS "emailVerified",
  email_authority AS "emailAuthority", hosted_domain AS "hostedDomain", name,
  given_name AS "givenName", family_name AS "familyName", picture, locale, roles,
  profile, created_at AS "createdAt",
  updated_at AS "updatedAt", last_sign_in_at AS "lastSignInAt"`;

/** The time of the sign-in. */
const now = timeOf("$5");

/** Whether the provider has revoked the token, or blocked the account. */
const isRevoked = "identities.tokens_valid_after >= $17::timestamptz";

/** Whether an account that is not linked to a user may sign up. */
const maySignUp = `NOT EXISTS (SELECT FROM google_auth.identity_standings
  WHERE digest = $18::bytea AND ${refusesTokenIssuedAt("$17")})`;

/** Whether the identity may sign up or is linked to a user. */
const mayExist = `(($6::boolean AND ${maySignUp})
  OR EXISTS (SELECT FROM google_auth.identities
    WHERE issuer = $2 AND subject = $3))`;

/** Evaluated before a condition, so that a refused sign-in consumes nothing. */
const admissible = `admissible AS (
  SELECT WHERE ${mayExist} AND NOT EXISTS (
    SELECT FROM google_auth.identities
    JOIN google_auth.users ON users.id = identities.user_id
    WHERE issuer = $2 AND subject = $3
      AND (users.status <> 'active' OR ${isRevoked}))
), `;

/** The user's name and address come from the account that was linked first. */
const ofFirst = (value: string) => `CASE WHEN is_first THEN ${value}::text END`;

/*
 * One statement, one round trip. The identity's primary key decides every race:
 * of several concurrent first sign-ins one inserts, and the others wait for it
 * and get its user id. That user is not in their snapshot, but ON CONFLICT also
 * sees newer rows, so they update and return it. If sign-up is closed and an
 * identity was deleted while the statement waited for it, no user is created
 * and the foreign key makes the statement fail.
 */
const findOrCreate = (
  condition: string,
  companion: string,
  columns: string,
) => `
WITH ${condition}identity AS (
  INSERT INTO google_auth.identities
    (issuer, subject, user_id, claims, created_at, last_sign_in_at)
  SELECT $2, $3, $1::uuid, $4::jsonb, ${now}, ${now}
  ${condition ? "FROM granted" : `WHERE ${mayExist}`}
  ON CONFLICT (issuer, subject) DO UPDATE
    SET claims = EXCLUDED.claims, last_sign_in_at = EXCLUDED.last_sign_in_at
    WHERE (${isRevoked}) IS NOT TRUE AND NOT EXISTS (
      SELECT FROM google_auth.users
      WHERE id = identities.user_id AND status <> 'active')
  RETURNING user_id, NOT EXISTS (SELECT FROM google_auth.identities AS older
    WHERE older.user_id = identities.user_id
      AND older.created_at < identities.created_at) AS is_first
), account AS (
  INSERT INTO google_auth.users (id, email, email_verified, email_authority,
    hosted_domain, name, given_name, family_name, picture, locale, profile, roles,
    created_at, updated_at, last_sign_in_at)
  SELECT user_id, ${ofFirst("$7")}, $8::boolean, $9, $10, ${ofFirst("$11")},
    ${ofFirst("$12")}, ${ofFirst("$13")}, ${ofFirst("$14")}, ${ofFirst("$15")},
    $16::jsonb, $19::text[], ${now}, ${now}, ${now}
  FROM identity WHERE $6::boolean OR user_id <> $1::uuid
  ON CONFLICT (id) DO UPDATE SET
    email = COALESCE(EXCLUDED.email, users.email),
    email_verified = CASE WHEN EXCLUDED.email IS NULL
      THEN users.email_verified ELSE EXCLUDED.email_verified END,
    email_authority = CASE WHEN EXCLUDED.email IS NULL
      THEN users.email_authority ELSE EXCLUDED.email_authority END,
    hosted_domain = CASE WHEN (SELECT is_first FROM identity)
      THEN EXCLUDED.hosted_domain ELSE users.hosted_domain END,
    name = COALESCE(EXCLUDED.name, users.name),
    given_name = COALESCE(EXCLUDED.given_name, users.given_name),
    family_name = COALESCE(EXCLUDED.family_name, users.family_name),
    picture = COALESCE(EXCLUDED.picture, users.picture),
    locale = COALESCE(EXCLUDED.locale, users.locale),
    updated_at = EXCLUDED.updated_at,
    last_sign_in_at = EXCLUDED.last_sign_in_at,
    sign_in_count = users.sign_in_count + 1
  WHERE users.status = 'active'
  RETURNING *, users.id = $1::uuid AS is_new
)${companion}
SELECT ${userColumns}${columns} FROM account`;

/**
 * $1 issuer, $2 subject, $3 digest, $4 issued at: why the statement above
 * returned no row.
 */
export const findRefusal = `SELECT users.id, users.status,
  COALESCE(blocked OR suspended_by IS NOT NULL, false) AS blocked,
  COALESCE(identity_standings.tokens_valid_after >= $4::timestamptz, false) AS revoked
FROM (SELECT) AS one
LEFT JOIN google_auth.identities ON issuer = $1 AND subject = $2
LEFT JOIN google_auth.users ON users.id = identities.user_id
LEFT JOIN google_auth.identity_standings ON digest = $3::bytea`;

type FragmentText = SqlFragment["text"] | undefined;
const texts = new Map<FragmentText, Map<FragmentText, string>>();

/**
 * The statement that finds or creates the user of an identity.
 *
 * @param newUserId a new UUIDv7, used only if the user is created
 * @param statementTime as `Clock.statementTime()`
 */
export function findOrCreateStatement(
  newUserId: string,
  identity: VerifiedIdentity,
  options: FindOrCreateOptions,
  statementTime: string | null,
  parts: StatementParts = {},
): FindOrCreateStatement {
  const values = [
    newUserId,
    identity.issuer,
    identity.subject,
    JSON.stringify(storedClaims(identity)),
    statementTime,
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
    issuedAt(identity),
    digestOf(identity),
    options.roles ?? [],
  ];
  const { condition, companion } = parts;
  return {
    newUserId,
    text: textWith(values.length + 1, parts),
    values: [
      ...values,
      ...(condition?.values ?? []),
      ...(companion?.values ?? []),
    ],
  };
}

/**
 * Built once for each pair of parts, because prepared statements are identified
 * by their text.
 */
function textWith(
  firstParameter: number,
  { condition, companion }: StatementParts,
): string {
  const known = texts.get(condition?.text)?.get(companion?.text);
  if (known !== undefined) return known;
  const after = firstParameter + (condition?.values.length ?? 0);
  const text = findOrCreate(
    condition ? `${admissible}${condition.text(firstParameter)}, ` : "",
    companion ? `, ${companion.text(after)}` : "",
    companion ? `, ${companion.columns}` : "",
  );
  const ofCondition =
    texts.get(condition?.text) ?? new Map<FragmentText, string>();
  texts.set(condition?.text, ofCondition.set(companion?.text, text));
  return text;
}

/** When the token was issued, as a bound value. */
export function issuedAt(identity: Pick<VerifiedIdentity, "issuedAt">): string {
  return new Date(identity.issuedAt * 1000).toISOString();
}
