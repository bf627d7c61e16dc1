import { hash } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { Clock } from "../../common/clock.port";
import { IDENTITY_OPTIONS, type IdentityOptions } from "../identity.options";
import { IdentityVerifier } from "../identity-verifier.port";
import type { VerifiedIdentity } from "../verified-identity";
import { refusalOf } from "./check";
import { GoogleSigningKeys } from "./google-signing-keys";
import { idTokenChecks, UnverifiedIdToken } from "./id-token.checks";
import { type ClaimRules, identityOf } from "./id-token.claims";

/**
 * Verifies Google ID tokens: strict parsing of our own, the signature by
 * google-auth-library with keys from our cache, then claim checks of our own.
 */
@Injectable()
export class GoogleIdTokenVerifier extends IdentityVerifier {
  private readonly rules: ClaimRules;

  constructor(
    @Inject(IDENTITY_OPTIONS) { clients, clockSkewSeconds }: IdentityOptions,
    private readonly signingKeys: GoogleSigningKeys,
    clock: Clock,
  ) {
    super();
    const clientIds = new Set(clients.map(({ id }) => id));
    // Without an audience the library skips the check, and any Google token of
    // any app would sign in.
    if (clientIds.size === 0 || clientIds.has("")) {
      throw new Error("IdentityModule needs at least one Google client id");
    }
    this.rules = {
      clientIds,
      clockSkewSeconds,
      // Read by each check, because fetching the keys may have taken seconds.
      get nowSeconds() {
        return clock.nowSeconds();
      },
    };
  }

  override async verify(token: string): Promise<VerifiedIdentity> {
    const idToken = new UnverifiedIdToken(token, this.rules, this.signingKeys);
    for (const check of idTokenChecks) {
      const passes = check.passes(idToken);
      if (!(typeof passes === "boolean" ? passes : await passes)) {
        throw refusalOf(check, idToken);
      }
    }
    return { ...identityOf(idToken.claims), tokenDigest: digestOf(token) };
  }
}

/**
 * A digest of the signed part without the signature, so that signing the same
 * content twice does not yield two tokens.
 */
function digestOf(token: string): string {
  return hash("sha256", token.slice(0, token.lastIndexOf(".")), "base64url");
}
