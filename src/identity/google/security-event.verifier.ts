import { verify } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { Clock } from "../../common/clock.port";
import { IDENTITY_OPTIONS, type IdentityOptions } from "../identity.options";
import { firstRefusal } from "./check";
import { GoogleSigningKeys } from "./google-signing-keys";
import { formChecks, UnverifiedToken } from "./id-token.parser";
import {
  securityEventsFromClaims,
  type SecurityEventToken,
} from "./security-event";
import { SecurityEventRefusal } from "./security-event-refusal";

/** RFC 8417 recommends the second; Google sends the first. */
const types = new Set(["JWT", "SECEVENT+JWT"]);

/** Verifies the security event tokens of Cross-Account Protection. */
@Injectable()
export class SecurityEventVerifier {
  private readonly clientIds: ReadonlySet<string>;

  constructor(
    @Inject(IDENTITY_OPTIONS) private readonly options: IdentityOptions,
    private readonly signingKeys: GoogleSigningKeys,
    private readonly clock: Clock,
  ) {
    this.clientIds = new Set(options.clients.map(({ id }) => id));
  }

  /**
   * @param token as it was delivered; untrusted
   * @throws SecurityEventRefusal for a token that is not accepted,
   *   AuthError `identity_provider_unavailable` when Google's keys are unavailable
   */
  async verify(token: string): Promise<SecurityEventToken> {
    const { keyId, claims } = parse(token);
    const key = await this.signingKeys.find(keyId).catch(asInvalidKey);
    const end = token.lastIndexOf(".");
    // google-auth-library rejects tokens without an expiry.
    const isSigned = verify(
      "sha256",
      Buffer.from(token.slice(0, end)),
      key,
      Buffer.from(token.slice(end + 1), "base64url"),
    );
    if (!isSigned) {
      throw new SecurityEventRefusal("authentication_failed", "bad_signature");
    }
    return securityEventsFromClaims(claims, {
      clientIds: this.clientIds,
      clockSkewSeconds: this.options.clockSkewSeconds,
      nowSeconds: this.clock.nowSeconds(),
    });
  }
}

function parse(text: string): UnverifiedToken {
  const token = new UnverifiedToken(text, types);
  const refusal = firstRefusal(formChecks, token);
  if (!refusal) return token;
  const { reason = "malformed_token" } = refusal;
  throw new SecurityEventRefusal(
    reason === "key_id_invalid" ? "invalid_key" : "invalid_request",
    reason,
  );
}

function asInvalidKey(error: unknown): never {
  if (error instanceof AuthError && error.reason === "unknown_key") {
    throw new SecurityEventRefusal("invalid_key", "unknown_key");
  }
  throw error;
}
