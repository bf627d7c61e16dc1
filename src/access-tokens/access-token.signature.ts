import type { JwtService } from "@nestjs/jwt";
import { AuthError } from "../common/auth-error";
import type { Principal } from "../common/principal";
import { principalFromClaims } from "./access-token.claims";
import type { VerificationKey } from "../signing-keys/signing-keys.port";

/** The issuer and audience that tokens must have. */
export interface Expected {
  readonly issuer: string;
  readonly audience: string;
}

/**
 * The principal of an access token, after its signature, issuer, audience and
 * lifetime have been checked.
 *
 * @param token whose header has been read
 * @param key the key named in the header, with its only algorithm
 * @param nowSeconds whole seconds since 1970 (UTC)
 * @throws AuthError `unauthenticated`
 */
export function principalOf(
  jwt: JwtService,
  token: string,
  { algorithm, publicKey }: VerificationKey,
  { issuer, audience }: Expected,
  nowSeconds: number,
): Principal {
  let claims: unknown;
  try {
    claims = jwt.verify(token, {
      // The library takes a parsed key; the wrapper's type does not say so.
      publicKey: publicKey as unknown as Buffer,
      algorithms: [algorithm],
      issuer,
      audience,
      clockTimestamp: nowSeconds,
    });
  } catch {
    // The library's messages may repeat parts of the token.
    throw new AuthError("unauthenticated", { reason: "not_accepted" });
  }
  return principalFromClaims(claims, nowSeconds);
}
