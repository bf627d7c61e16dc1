/** What a session says about its refresh tokens. Times are milliseconds since 1970. */
export interface RotationState {
  /** Which refresh token is the live one, from 1. */
  readonly generation: number;
  /** When the tokens before it were replaced, the latest first; only the last few. */
  readonly rotations: readonly number[];
  /** When a token was answered again after the grace, the latest first. */
  readonly lateRetries: readonly number[];
  readonly idleExpiresAt: number;
  readonly absoluteExpiresAt: number;
  readonly isRevoked: boolean;
}

/** How often a replaced token is answered again. */
export interface RotationRules {
  /** For so long after it was replaced: any number of times. */
  readonly graceMilliseconds: number;
  /** After that: so many times in 30 days, 0–10. */
  readonly lateRetries: number;
}

/** What becomes of a genuine refresh token. */
export type RotationDecision =
  /** It is the live one, or ahead of what is stored: replace it. */
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

/** How many rotations a session remembers at most. */
export const rememberedRotations = 64;
/** For how long it does, in seconds: the longest grace, and as much again. */
export const rememberedSeconds = 120;
/** How far the clock may be set back, as after a failover, in milliseconds. */
const clockStepMilliseconds = 60_000;
/** The time in which late retries are counted, in milliseconds. */
export const lateRetryWindowMilliseconds = 30 * 24 * 3600 * 1000;

/**
 * Decides what becomes of a refresh token whose authenticity is proved.
 *
 * One lost answer, two tabs or a retry never end a session: a token that comes
 * again within the grace gets the same successor. An app that was suspended
 * before it stored the answer comes later than that, with the parent of the live
 * token; it gets its one successor as well, but only a few times, for a thief
 * who takes turns with the owner looks the same. Anything else is taken for
 * theft, since an honest client has no use for it.
 *
 * A token ahead of the session was issued by it all the same: what was stored
 * since has been lost, by a promotion or a restore.
 *
 * @param generation the token's, at least 1
 * @param now milliseconds since 1970, by the clock that the session's times are of
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
