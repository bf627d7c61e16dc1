import { hash } from "node:crypto";

/**
 * The `at_hash` of an access token: the left half of the SHA-256 of its ASCII
 * text, base64url, for an ID token that is signed with RS256.
 *
 * @see https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken
 */
export function accessTokenHash(accessToken: string): string {
  const digest = hash("sha256", accessToken, "buffer");
  return digest.subarray(0, digest.length / 2).toString("base64url");
}

/**
 * Whether an ID token was issued together with this access token. True without
 * `at_hash`, which is optional in the code flow.
 *
 * @param claims of the ID token
 * @see https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowTokenValidation
 */
export function belongsToAccessToken(
  { at_hash: claimed }: Readonly<Record<string, unknown>>,
  accessToken: string,
): boolean {
  return claimed === undefined || claimed === accessTokenHash(accessToken);
}
