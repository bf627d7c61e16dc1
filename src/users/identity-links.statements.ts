import type { Transaction } from "../database/database";
import { timeOf } from "../database/sql-fragment";
import { type VerifiedIdentity } from "../identity/verified-identity";
import { digestOf, storedClaims } from "./stored-identity";
import type { Identity, LinkOutcome } from "./user-directory.port";
import { identityColumns } from "./user.statements";

const now = timeOf("$5");

/*
 * $1 user id, $2 issuer, $3 subject, $4 claims, $5 statement time, $6 digest.
 * The primary key decides every race: the second transaction waits until the
 * first has ended.
 */
const insertIdentity = `INSERT INTO google_auth.identities
  (issuer, subject, user_id, claims, tokens_valid_after, created_at, last_sign_in_at)
VALUES ($2, $3, $1::uuid, $4::jsonb, (SELECT tokens_valid_after
  FROM google_auth.identity_standings WHERE digest = $6::bytea), ${now}, ${now})
ON CONFLICT (issuer, subject) DO NOTHING
RETURNING ${identityColumns}`;

/** $1 user id, $2 issuer, $3 subject */
const findOwn = `SELECT ${identityColumns} FROM google_auth.identities
WHERE user_id = $1::uuid AND issuer = $2 AND subject = $3`;

/** $1 user id, $2 issuer, $3 subject */
export const unlinkIdentity = `WITH unlinked AS (
  DELETE FROM google_auth.identities
  WHERE user_id = $1::uuid AND issuer = $2 AND subject = $3 RETURNING issuer
) SELECT issuer FROM unlinked`;

/** The user and its identities must be locked. */
export async function linkIdentity(
  userId: string,
  identity: VerifiedIdentity,
  statementTime: string | null,
  { query }: Transaction,
): Promise<LinkOutcome> {
  const key = [userId, identity.issuer, identity.subject];
  const [linked] = await query<Identity>(insertIdentity, [
    ...key,
    JSON.stringify(storedClaims(identity)),
    statementTime,
    digestOf(identity),
  ]);
  if (linked) return { kind: "linked", identity: linked };
  const [known] = await query<Identity>(findOwn, key);
  return known ? { kind: "known", identity: known } : { kind: "taken" };
}
