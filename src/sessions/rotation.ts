/** What a session says about its refresh tokens. Times are milliseconds since 1970. */
export interface RotationState {
  /** Which refresh token is the live one, from 1. */
  readonly generation: number;
  /** When the tokens before it were replaced, the latest first; only the last few. */
  readonly rotations: readonly number[];
  readonly idleExpiresAt: number;
  readonly absoluteExpiresAt: number;
  readonly isRevoked: boolean;
}

/** What becomes of a genuine refresh token. */
export type RotationDecision =
  /** It is the live one: replace it. */
  | "rotate"
  /** It was replaced just now: its successor, once more. */
  | "repeat"
  /** It was replaced a while ago, so two hold it: end the session. */
  | "reuse"
  /** The session has lain unused, or lived, for too long. */
  | "expired"
  /** The session has been ended. */
  | "revoked"
  /** This session has not come that far: not a token of it. */
  | "unknown";

/** How many rotations a session remembers at most. */
export const rememberedRotations = 64;
/** For how long it does, in seconds: the longest grace, and the clocks' difference. */
export const rememberedSeconds = 120;
/** How far the clocks of two instances may differ, in milliseconds. */
const instanceSkewMilliseconds = 60_000;

/**
 * Decides what becomes of a refresh token whose authenticity is proved.
 *
 * One lost answer, two tabs or a retry never end a session: a token that comes
 * again within the grace gets the same successor. Any later it is taken for
 * theft, since an honest client has no use for it.
 *
 * @param generation the token's
 * @param now milliseconds since 1970
 * @param graceMilliseconds how long a replaced token is answered again
 * @see https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 refresh token rotation
 */
export function decideRotation(
  state: RotationState,
  generation: number,
  now: number,
  graceMilliseconds: number,
): RotationDecision {
  if (state.isRevoked) return "revoked";
  if (now >= state.absoluteExpiresAt || now >= state.idleExpiresAt) {
    return "expired";
  }
  if (generation === state.generation) return "rotate";
  if (generation > state.generation || generation < 1) return "unknown";
  const replacedAt = state.rotations[state.generation - generation - 1];
  if (replacedAt === undefined) return "reuse";
  const age = now - replacedAt;
  return age >= -instanceSkewMilliseconds && age < graceMilliseconds
    ? "repeat"
    : "reuse";
}
