import { hash } from "node:crypto";
import type { VerifiedIdentity } from "../../src/index";

/** An identity that a test's own provider has just verified. */
export function testIdentity(token: string, subject: string): VerifiedIdentity {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return {
    issuer: "https://partner.example",
    subject,
    clientId: "app-at-partner",
    authorizedParty: "app-at-partner",
    email: `${subject}@partner.example`,
    emailVerified: true,
    emailAuthority: "verified",
    hostedDomain: null,
    name: null,
    givenName: null,
    familyName: null,
    picture: null,
    locale: null,
    nonce: null,
    issuedAt: nowSeconds,
    expiresAt: nowSeconds + 3600,
    tokenDigest: hash("sha256", token, "base64url"),
  };
}
