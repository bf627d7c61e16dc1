import { fetchJson } from "../../common/fetch-json";
import { type ClaimedProfile, profileFromClaims } from "../claim-values";

/** How long a sign-in waits for what it can do without, in milliseconds. */
const timeoutMilliseconds = 2000;

/** What userinfo says, and of whom. */
export interface UserInfo extends ClaimedProfile {
  /** To be compared before anything else is believed. */
  readonly subject: string;
}

/**
 * Asks userinfo for the profile behind an access token. Address and domain are
 * left where they are: only the ID token proves them.
 *
 * @param accessToken Google's, fit to be sent in a header
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
