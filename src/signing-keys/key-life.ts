import { instanceSkewSeconds } from "../common/clock.port";

/** How long a resource server may keep the JWKS: its `max-age`, in seconds. */
export const jwksMaxAgeSeconds = 300;
/** How often every instance checks for changes of the keys, in seconds. */
export const reloadIntervalSeconds = 30;
/** The maximum configurable lifetime of an access token, in seconds. */
const longestTokenSeconds = 3600;

/**
 * How long a key is published before it signs, in seconds: until every instance
 * publishes it (30), every cached JWKS without it has expired (300) and every
 * clock agrees (60), plus a margin for resource servers that cache a JWKS for
 * 10 minutes regardless of its `max-age`.
 */
export const publishedBeforeUseSeconds = 600;

/**
 * How long a key is published after it signed, in seconds: until every instance
 * has stopped signing with it (30), all of its tokens have expired (3600,
 * regardless of this instance's configuration) by any clock (60), and every
 * cached JWKS has expired (300).
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
