import { hash } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { OAuth2Client } from "google-auth-library";
import { AuthError } from "../../common/auth-error";
import { Clock } from "../../common/clock.port";
import { IDENTITY_OPTIONS, type IdentityOptions } from "../identity.options";
import { IdentityVerifier } from "../identity-verifier.port";
import type { VerifiedIdentity } from "../verified-identity";
import { GoogleSigningKeys } from "./google-signing-keys";
import {
  googleIssuers,
  identityFromClaims,
  maxIdTokenLifetimeSeconds,
} from "./id-token.claims";
import { parseIdToken } from "./id-token.parser";

/**
 * Proves Google ID tokens: a strict reading of our own, the signature by
 * google-auth-library with keys from our cache, then claim checks of our own.
 */
@Injectable()
export class GoogleIdTokenVerifier extends IdentityVerifier {
  private readonly google = new OAuth2Client();
  private readonly clientIds: ReadonlySet<string>;

  constructor(
    @Inject(IDENTITY_OPTIONS) private readonly options: IdentityOptions,
    private readonly signingKeys: GoogleSigningKeys,
    private readonly clock: Clock,
  ) {
    super();
    // Without an audience the library skips the check, and any Google token of
    // any app would sign in.
    this.clientIds = new Set(options.clients.map(({ id }) => id));
    if (this.clientIds.size === 0 || this.clientIds.has("")) {
      throw new Error("IdentityModule needs at least one Google client id");
    }
  }

  override async verify(token: string): Promise<VerifiedIdentity> {
    const { keyId, claims } = parseIdToken(token);
    const key = await this.signingKeys.find(keyId);
    const refusal = await this.google
      .verifySignedJwtWithCertsAsync(
        token,
        // A key object is parsed once; a PEM would be parsed on every call.
        { [keyId]: key as unknown as string },
        [...this.clientIds],
        googleIssuers,
        maxIdTokenLifetimeSeconds + this.options.clockSkewSeconds,
      )
      .then(() => undefined, reasonOf);
    if (refusal === "bad_signature") refuse(refusal);
    const identity = identityFromClaims(claims, {
      clientIds: this.clientIds,
      clockSkewSeconds: this.options.clockSkewSeconds,
      nowSeconds: this.clock.nowSeconds(),
    });
    if (refusal) refuse(refusal);
    return { ...identity, tokenDigest: digestOf(token) };
  }
}

/**
 * Without the signature: that one token could be signed twice is of no interest.
 */
function digestOf(token: string): string {
  return hash("sha256", token.slice(0, token.lastIndexOf(".")), "base64url");
}

/**
 * What the library says of times. It goes by the machine's clock and not by
 * ours, and its limits are wider than those that our own checks hold.
 */
const saysOfTimes =
  /^(?:Token used too (?:late|early)|Expiration time too far)/;

/**
 * The library's errors have no codes, and their messages quote the token: only
 * a reason leaves this function, never the error.
 */
function reasonOf(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : "";
  if (message.startsWith("Invalid token signature")) return "bad_signature";
  return saysOfTimes.test(message)
    ? undefined
    : "refused_by_google_auth_library";
}

function refuse(reason: string): never {
  throw new AuthError("invalid_token", { reason });
}
