import { createHash } from "node:crypto";
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import {
  AuthError,
  IdentityVerifier,
  type VerifiedIdentity,
} from "nest-google-auth";

export interface AppleSettings {
  /** The bundle id of the app, or the services id of the web site. */
  readonly clientId: string;
  /** Apple's by default. */
  readonly keysUrl?: string;
}

const issuer = "https://appleid.apple.com";
/** How far Apple's clock and ours may differ. */
const clockToleranceSeconds = 60;

/**
 * Verifies the identity tokens of Sign in with Apple: `POST /auth/apple`.
 *
 * @see https://developer.apple.com/documentation/signinwithapple/verifying-a-user
 */
export class AppleVerifier extends IdentityVerifier {
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(private readonly settings: AppleSettings) {
    super();
    const url = settings.keysUrl ?? `${issuer}/auth/keys`;
    this.keys = createRemoteJWKSet(new URL(url), { timeoutDuration: 3000 });
  }

  override async verify(token: string): Promise<VerifiedIdentity> {
    const { clientId } = this.settings;
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        ...{ issuer, audience: clientId, algorithms: ["RS256"] },
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ["sub", "iat", "exp"],
      });
      return identityOf(payload, clientId, token);
    } catch (error) {
      throw refusal(error);
    }
  }
}

function identityOf(
  payload: JWTPayload,
  clientId: string,
  token: string,
): VerifiedIdentity {
  const { sub = "", iat = 0, exp = 0 } = payload;
  if (!/^[\x21-\x7e]{1,255}$/.test(sub) || payload.aud !== clientId) {
    throw new AuthError("invalid_token", { reason: "apple_claims" });
  }
  const email = textOf(payload.email);
  // Apple sends booleans as text, too.
  const emailVerified =
    email !== null && String(payload.email_verified) === "true";
  const signed = token.slice(0, token.lastIndexOf("."));
  return {
    ...{ issuer, subject: sub, clientId, authorizedParty: clientId },
    ...{ email, emailVerified, hostedDomain: null },
    // The address was verified once; a mailbox may change hands.
    emailAuthority: emailVerified ? "verified" : "unverified",
    // Apple gives the name to the app, once, and never signs it.
    ...{ name: null, givenName: null, familyName: null, picture: null },
    ...{ locale: null, nonce: textOf(payload.nonce) },
    ...{ issuedAt: Math.floor(iat), expiresAt: Math.floor(exp) },
    tokenDigest: createHash("sha256").update(signed).digest("base64url"),
  };
}

function textOf(claim: unknown): string | null {
  return typeof claim === "string" && claim.length <= 320 ? claim : null;
}

function refusal(cause: unknown): AuthError {
  if (cause instanceof AuthError) return cause;
  if (cause instanceof errors.JWTExpired) {
    return new AuthError("token_expired", { cause });
  }
  // What jose refuses is a fault of the token, unless it could not get the keys.
  const isToken =
    cause instanceof errors.JOSEError &&
    !(cause instanceof errors.JWKSTimeout) &&
    !(cause instanceof errors.JWKSInvalid) &&
    cause.code !== "ERR_JOSE_GENERIC";
  return isToken
    ? new AuthError("invalid_token", { reason: "apple_token", cause })
    : new AuthError("identity_provider_unavailable", { cause });
}
