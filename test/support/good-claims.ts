import { AuthError } from "../../src/common/auth-error";
import {
  type ClaimRules,
  identityFromClaims,
} from "../../src/identity/google/id-token.claims";

/** The time of verification: seconds since 1970. */
export const now = 1_763_700_000;
/** Our client ids. */
export const web = "123-web.apps.googleusercontent.com";
export const ios = "123-ios.apps.googleusercontent.com";
/** The rules for the claims. */
export const rules: ClaimRules = {
  clientIds: new Set([web, ios]),
  clockSkewSeconds: 60,
  nowSeconds: now,
};
/** Valid claims with every member that Google may send. */
export const goodClaims = {
  iss: "https://accounts.google.com",
  azp: ios,
  aud: web,
  sub: "110169484474386276334",
  email: "Ada@corp.example",
  email_verified: true,
  hd: "corp.example",
  name: "Ada Lovelace",
  given_name: "Ada",
  family_name: "Lovelace",
  picture: "https://lh3.googleusercontent.com/a/ada=s96-c",
  locale: "en-GB",
  nonce: "n-1",
  iat: now - 10,
  nbf: now - 310,
  exp: now + 3590,
  jti: "756e69717565206964656e746966696572",
};

/** The identity of the valid claims with changes; undefined omits a claim. */
export function identityWith(changes: object = {}, atSeconds = now) {
  const claims: unknown = JSON.parse(
    JSON.stringify({ ...goodClaims, ...changes }),
  );
  return identityFromClaims(claims as Record<string, unknown>, {
    ...rules,
    nowSeconds: atSeconds,
  });
}

/** The thrown error, which must be a refusal. */
export function refusalOf(act: () => unknown): AuthError {
  try {
    act();
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
  throw new Error("The claims were accepted");
}

/**
 * Expects that the valid claims with these changes are an `invalid_token` with
 * this reason.
 */
export function expectRefusal(
  changes: object,
  reason: string,
  atSeconds = now,
): void {
  const error = refusalOf(() => identityWith(changes, atSeconds));
  expect(error).toMatchObject({ code: "invalid_token", reason });
  expect(error.message).toBe(`invalid_token: ${reason}`);
}
