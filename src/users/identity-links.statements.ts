import type { Transaction } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { storedClaims } from "./stored-claims";
import type { Identity, LinkOutcome } from "./user-directory.port";
import { identityColumns } from "./user.statements";

/*
 * $1 user id, $2 issuer, $3 subject, $4 claims, $5 now. The primary key decides
 * every race: who comes second waits until the first has committed or not.
 */
const insertIdentity = `INSERT INTO identities
  (issuer, subject, user_id, claims, created_at, last_sign_in_at)
VALUES ($2, $3, $1::uuid, $4::jsonb, $5::timestamptz, $5::timestamptz)
ON CONFLICT (issuer, subject) DO NOTHING
RETURNING ${identityColumns}`;

/** $1 user id, $2 issuer, $3 subject */
const findOwn = `SELECT ${identityColumns} FROM identities
WHERE user_id = $1::uuid AND issuer = $2 AND subject = $3`;

/** $1 user id, $2 issuer, $3 subject */
export const unlinkIdentity = `WITH unlinked AS (
  DELETE FROM identities
  WHERE user_id = $1::uuid AND issuer = $2 AND subject = $3 RETURNING issuer
) SELECT issuer FROM unlinked`;

/** The user with its identities has to be locked. */
export async function linkIdentity(
  userId: string,
  identity: VerifiedIdentity,
  now: Date,
  { query }: Transaction,
): Promise<LinkOutcome> {
  const key = [userId, identity.issuer, identity.subject];
  const [linked] = await query<Identity>(insertIdentity, [
    ...key,
    JSON.stringify(storedClaims(identity)),
    now.toISOString(),
  ]);
  if (linked) return { kind: "linked", identity: linked };
  const [known] = await query<Identity>(findOwn, key);
  return known ? { kind: "known", identity: known } : { kind: "taken" };
}
