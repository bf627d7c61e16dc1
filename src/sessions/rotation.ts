/**
 * The state of a session's refresh tokens. Times are milliseconds since 1970.
 */
export interface RotationState {
  /** Which refresh token is the live one, from 1. */
  readonly generation: number;
  /**
   * When the previous tokens were replaced, latest first; only the last few.
   */
  readonly rotations: readonly number[];
  /**
   * When a replaced token was accepted after the grace period, latest first.
   */
  readonly lateRetries: readonly number[];
  readonly idleExpiresAt: number;
  readonly absoluteExpiresAt: number;
  readonly isRevoked: boolean;
}

/** How often a replaced token is accepted again. */
export interface RotationRules {
  /** Grace period after the replacement, with any number of retries. */
  readonly graceMilliseconds: number;
  /** Number of retries after that, in 30 days, 0–10. */
  readonly lateRetries: number;
}

/** What to do with a genuine refresh token. */
export type RotationDecision =
  /** It is the live token, or ahead of the stored generation: replace it. */
  | "rotate"
  /** It was replaced just now: its successor, once more. */
  | "repeat"
  /** It was replaced a while ago, and its successor was never used: the successor, and note it. */
  | "repeat-late"
  /** It was replaced a while ago, so two hold it: end the session. */
  | "reuse"
  /** The session has been unused, or has lived, for too long. */
  | "expired"
  /** The session has been ended. */
  | "revoked";

/** Maximum number of rotations that a session remembers. */
export const rememberedRotations = 64;
/** How long it remembers them, in seconds: twice the longest grace period. */
export const rememberedSeconds = 120;
/** How far the clock may be set back, as after a failover, in milliseconds. */
const clockStepMilliseconds = 60_000;
/** The window in which late retries are counted, in milliseconds. */
export const lateRetryWindowMilliseconds = 30 * 24 * 3600 * 1000;

/**
 * Decides what to do with a refresh token whose authenticity has been verified.
 *
 * One lost response, two tabs or a retry never end a session: a token that is
 * sent again within the grace period gets the same successor. An app that was
 * suspended before it stored the response comes later than that, with the
 * parent of the live token; it also gets the same successor, but only a few
 * times, because a thief who alternates with the owner looks the same. Anything
 * else is treated as theft, since an honest client never does it.
 *
 * A token ahead of the session was still issued by it: later changes were lost
 * in a failover or a restore.
 *
 * @param generation the token's, at least 1
 * @param now milliseconds since 1970, by the same clock as the session's times
 * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 refresh token rotation
 */
export function decideRotation(
  state: RotationState,
  generation: number,
  now: number,
  rules: RotationRules,
): RotationDecision {
  if (state.isRevoked) return "revoked";
  if (now >= state.absoluteExpiresAt || now >= state.idleExpiresAt) {
    return "expired";
  }
  if (generation >= state.generation) return "rotate";
  const isWithinGrace = (time: number | undefined) =>
    time !== undefined &&
    now - time >= -clockStepMilliseconds &&
    now - time < rules.graceMilliseconds;
  const replacedAt = state.rotations[state.generation - generation - 1];
  if (isWithinGrace(replacedAt)) return "repeat";
  if (generation !== state.generation - 1) return "reuse";
  // A retry of the retry.
  if (isWithinGrace(state.lateRetries[0])) return "repeat";
  const counted = state.lateRetries.filter(
    (time) => now - time < lateRetryWindowMilliseconds,
  );
  return counted.length < rules.lateRetries ? "repeat-late" : "reuse";
}
