import { fetchJson } from "../../common/fetch-json";
import { type ClaimedProfile, profileFromClaims } from "../claim-values";

/** Short, because a sign-in can continue without it; in milliseconds. */
const timeoutMilliseconds = 2000;

/** A profile from userinfo, and its subject. */
export interface UserInfo extends ClaimedProfile {
  /** Compare it with the ID token before trusting the rest. */
  readonly subject: string;
}

/**
 * Fetches the profile of an access token from userinfo. E-mail address and hosted
 * domain are ignored: only the ID token proves them.
 *
 * @param accessToken Google's, safe to send in a header
 * @throws Error on any failure: network, time-out (2 s), status, size (64 kB), JSON, no `sub`
 * @see https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 */
export async function fetchUserInfo(
  url: string,
  accessToken: string,
): Promise<UserInfo> {
  const { value } = await fetchJson(url, {
    name: "The userinfo answer",
    timeoutMilliseconds,
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const claims = Object(value) as Readonly<Record<string, unknown>>;
  const { sub } = claims;
  if (typeof sub !== "string")
    throw new Error("The userinfo answer has no sub");
  return { ...profileFromClaims(claims), subject: sub };
}
