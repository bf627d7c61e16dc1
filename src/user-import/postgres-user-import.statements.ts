import { timeOf } from "../database/sql-fragment";

/*
 * A batch is one JSON array, so that the statements are the same for every
 * number of users.
 */

/** A user to look up: a member of $1 of {@link findKnown}. */
export interface SoughtUser {
  /** Its place in the batch. */
  readonly n: number;
  readonly subject: string;
  /** The id that it would get. */
  readonly id: string;
}

/** A row of {@link findKnown}. */
export interface KnownUser {
  readonly n: number;
  /** The user that the account is linked to. */
  readonly owner: string | null;
  /** Whether another user has the id. */
  readonly isTaken: boolean;
}

/** $1 sought users, $2 issuer: those whose account or id is known. */
export const findKnown = `SELECT sought.n, identities.user_id AS owner,
  users.id IS NOT NULL AS "isTaken"
FROM jsonb_to_recordset($1::jsonb) AS sought (n integer, subject text, id uuid)
LEFT JOIN google_auth.identities
  ON issuer = $2 AND identities.subject = sought.subject
LEFT JOIN google_auth.users ON users.id = sought.id
WHERE num_nonnulls(identities.user_id, users.id) > 0`;

/** A new user with its account: a member of $1 of {@link insertUsers}. */
export interface NewUser {
  readonly id: string;
  readonly subject: string;
  /** Of issuer and subject, in hexadecimal. */
  readonly digest: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly email: string | null;
  readonly email_verified: boolean;
  readonly email_authority: string;
  readonly name: string | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
  readonly picture: string | null;
  readonly locale: string | null;
  readonly roles: readonly string[];
  readonly profile: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  readonly created_at: string;
  /** ISO 8601. */
  readonly last_sign_in_at: string;
}

/*
 * $1 new users, $2 issuer, $3 statement time: the ids of those that were
 * created. As at a sign-in, the account comes first, and its primary key
 * decides every race: if a sign-in has created its user in the meantime, there
 * is no row. The order avoids deadlocks between imports. If another user has
 * the id by now, the statement fails.
 */
export const insertUsers = `WITH new AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, subject text,
    digest text, claims jsonb, status text, email text, email_verified boolean,
    email_authority text, name text, given_name text, family_name text,
    picture text, locale text, roles text[], profile jsonb,
    created_at timestamptz, last_sign_in_at timestamptz)
), linked AS (
  INSERT INTO google_auth.identities (issuer, subject, user_id, claims,
    tokens_valid_after, created_at, last_sign_in_at)
  SELECT $2, new.subject, new.id, new.claims,
    CASE WHEN blocked OR suspended_by IS NOT NULL THEN 'infinity'
      ELSE tokens_valid_after END,
    new.created_at, new.last_sign_in_at
  FROM new LEFT JOIN google_auth.identity_standings AS standings
    ON standings.digest = decode(new.digest, 'hex')
  ORDER BY new.subject
  ON CONFLICT (issuer, subject) DO NOTHING
  RETURNING user_id
)
INSERT INTO google_auth.users (id, status, email, email_verified,
  email_authority, name, given_name, family_name, picture, locale, roles,
  profile, created_at, updated_at, last_sign_in_at, sign_in_count)
SELECT id, status, email, email_verified, email_authority, name, given_name,
  family_name, picture, locale, roles, profile, created_at, ${timeOf("$3")},
  last_sign_in_at, 0
FROM new JOIN linked ON linked.user_id = new.id
RETURNING id`;
