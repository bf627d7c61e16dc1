import { instanceSkewSeconds } from "../common/clock.port";

/** How long a resource server may keep the JWKS: its `max-age`, in seconds. */
export const jwksMaxAgeSeconds = 300;
/** How often every instance looks for a change of the keys, in seconds. */
export const reloadIntervalSeconds = 30;
/** The longest life that an access token may be given, in seconds. */
const longestTokenSeconds = 3600;

/**
 * How long a key is published before it signs, in seconds: until every instance
 * publishes it (30), every JWKS without it has ended (300) and every clock agrees
 * (60); and then some, for resource servers that keep a JWKS for 10 minutes
 * whatever its `max-age` says.
 */
export const publishedBeforeUseSeconds = 600;

/**
 * How long a key is published after it signed, in seconds: until every instance
 * has stopped signing with it (30) and no token of its lives (3600, whatever
 * this instance's tokens are given), by any clock (60), with the JWKS that
 * somebody has kept (300).
 */
export const keptAfterUseSeconds =
  reloadIntervalSeconds +
  longestTokenSeconds +
  instanceSkewSeconds +
  jwksMaxAgeSeconds;

/** When a key that has been published since then may sign, in milliseconds since 1970. */
export function mayStartSigning(publishedSince: Date): number {
  return publishedSince.getTime() + publishedBeforeUseSeconds * 1000;
}

/**
 * Whether it is time for the next key.
 *
 * @param now milliseconds since 1970
 * @param rotationDays null for never
 */
export function isDue(
  signsSince: Date,
  now: number,
  rotationDays: number | null,
): boolean {
  if (rotationDays === null) return false;
  return now >= signsSince.getTime() + rotationDays * 24 * 3600 * 1000;
}
