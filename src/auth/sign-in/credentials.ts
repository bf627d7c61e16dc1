import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { Clock } from "../../common/clock.port";
import { GoogleCodeExchange } from "../../identity/google/google-code-exchange";
import { IdentityProviders } from "../../identity/identity-providers";
import type { TokenCaller } from "../../identity/identity-verifier.port";
import type { VerifiedIdentity } from "../../identity/verified-identity";
import { OneTimeMarks } from "../../sessions/one-time-marks";
import type { OneTimeUse } from "../../sessions/one-time-use";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";

/** What a client sends to prove who its user is; untrusted. */
export type Credential = (
  | {
      /** The provider of the token: `google`, or a configured provider. */
      readonly provider: string;
      readonly token: string;
      readonly caller: TokenCaller;
    }
  /** A Google authorization code. */
  | { readonly code: Parameters<GoogleCodeExchange["run"]>[0] }
  /** What the Passport strategy has proved already. */
  | { readonly identity: VerifiedIdentity }
) & {
  /** The nonce that, according to the client, the token was requested with. */
  readonly nonce?: string | null;
};

/** The verified identity, and what a sign-in with it consumes. */
export interface ProvedCredential {
  readonly identity: VerifiedIdentity;
  readonly uses: OneTimeUse | null;
}

/** The only way from a credential to a verified identity. */
@Injectable()
export class Credentials {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly codes: GoogleCodeExchange,
    private readonly marks: OneTimeMarks,
    private readonly clock: Clock,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  /**
   * Verifies a credential with its provider, and its nonce. Nothing is
   * consumed: that happens in the transaction of the action that the credential
   * authorizes.
   *
   * @param maxAgeSeconds maximum age of the token: an old one does not prove
   *   that the user is present
   * @throws AuthError `invalid_token`, `token_expired`, `invalid_request` for
   *   a provider that is not configured, and what verifier and code exchange throw
   */
  async prove(
    credential: Credential,
    maxAgeSeconds?: number,
  ): Promise<ProvedCredential> {
    const identity = await this.identityOf(credential);
    if (maxAgeSeconds !== undefined) this.checkAge(identity, maxAgeSeconds);
    const { oneTime } = this.options;
    const uses = this.marks.useOf(identity, credential.nonce, oneTime);
    return { identity, uses };
  }

  private identityOf(
    credential: Credential,
  ): VerifiedIdentity | Promise<VerifiedIdentity> {
    if ("identity" in credential) return credential.identity;
    if ("code" in credential) return this.codes.run(credential.code);
    const verifier = this.providers.find(credential.provider);
    if (verifier) return verifier.verify(credential.token, credential.caller);
    throw new AuthError("invalid_request", {
      errors: [{ field: "provider", message: "must be a known provider" }],
    });
  }

  /**
   * @throws AuthError `token_expired` if it is too old; `invalid_token` if its
   *   age is unknown
   */
  private checkAge(
    { issuedAt }: VerifiedIdentity,
    maxAgeSeconds: number,
  ): void {
    if (issuedAt === 0) {
      throw new AuthError("invalid_token", { reason: "issued_at_unknown" });
    }
    if (this.clock.nowSeconds() - issuedAt > maxAgeSeconds) {
      throw new AuthError("token_expired", { reason: "not_fresh" });
    }
  }
}
