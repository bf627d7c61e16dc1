import { purgeBatchRows } from "../database/purge";
import { timeOf } from "../database/sql-fragment";
import {
  isCutOff,
  isLive,
  isToEnd,
  lastCutoff,
  sessions,
} from "./postgres-session.statements";

/** $1 session id, $2 user id, $3 time, $4 reason */
export const endSession = `UPDATE ${sessions}
SET revoked_at = ${timeOf("$3")}, revoked_reason = $4
WHERE id = $1::uuid AND user_id = $2::uuid AND revoked_at IS NULL
  AND NOT ${isCutOff}
RETURNING id`;

/**
 * $1 user id, $2 time, $3 up to when: the second in which the first live
 * session verified after that was authenticated; null if there is no such
 * session.
 */
export const findFirstProvedSince = `SELECT
  date_trunc('second', min(authenticated_at)) AS first
FROM ${sessions} WHERE user_id = $1::uuid AND proved_at > $3::timestamptz
  AND ${isLive(timeOf("$2"))}`;

/** $1 user id, $2 time, $3 up to when: whether there is a session to end. */
export const findAnyProvedUpTo = `SELECT FROM ${sessions}
WHERE user_id = $1::uuid AND proved_at <= $3::timestamptz
  AND ${isToEnd(timeOf("$2"))} LIMIT 1`;

/** $1 user id, $2 time, $3 up to when, $4 authenticated since, $5 how many */
export const findProvedUpTo = `SELECT id FROM ${sessions}
WHERE user_id = $1::uuid AND proved_at <= $3::timestamptz
  AND authenticated_at >= $4::timestamptz AND ${isToEnd(timeOf("$2"))}
LIMIT $5::integer`;

/*
 * $1 user id, $2 time, $3 up to when, $4 reason. Access tokens contain whole
 * seconds, so the cutoff is the next whole second, and sessions that start
 * later within the current second are dated there. Of two cutoffs within one
 * second, the second one is a second later, so that it ends what started in
 * between.
 */
export const cutOffSessions = `INSERT INTO google_auth.session_cutoffs AS kept
  (user_id, proved_up_to, not_before, reason)
VALUES ($1::uuid, $3::timestamptz, GREATEST(
  date_trunc('second', ${timeOf("$2")}) + interval '1 second',
  ${lastCutoff("$1::uuid")} + interval '1 second'), $4)
ON CONFLICT (user_id, proved_up_to) DO UPDATE SET reason = EXCLUDED.reason,
  not_before = GREATEST(EXCLUDED.not_before, kept.not_before + interval '1 second')
RETURNING not_before AS before`;

/** Maximum number of rows erased immediately; requests do not wait for more. */
const mostErased = 5000;

/*
 * $1 user id. The cutoff that ended the sessions marks the remaining rows,
 * which the purge erases.
 */
export const eraseSessions = `WITH gone AS (
  DELETE FROM ${sessions} WHERE id = ANY (ARRAY(SELECT id FROM ${sessions}
    WHERE user_id = $1::uuid LIMIT ${mostErased}))
  RETURNING 1
) UPDATE google_auth.session_cutoffs SET reason = 'erase'
WHERE user_id = $1::uuid AND (SELECT count(*) FROM gone) = ${mostErased}`;

/** A batch of the rows that `eraseSessions` left; for the purge. */
export const eraseMoreSessions = `WITH gone AS (
  DELETE FROM ${sessions} WHERE id = ANY (ARRAY(SELECT id FROM ${sessions}
    WHERE user_id IN (SELECT user_id FROM google_auth.session_cutoffs
      WHERE reason = 'erase')
    LIMIT ${purgeBatchRows} FOR UPDATE SKIP LOCKED))
  RETURNING 1
), done AS (
  UPDATE google_auth.session_cutoffs SET reason = 'user_deleted'
  WHERE reason = 'erase' AND NOT EXISTS (SELECT FROM ${sessions}
    WHERE sessions.user_id = session_cutoffs.user_id)
) SELECT count(*)::int AS count FROM gone`;
