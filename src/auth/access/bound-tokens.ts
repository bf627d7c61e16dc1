import { Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import type { HttpRequest, HttpResponse } from "../../common/http-request";
import type { Principal } from "../../common/principal";
import { userScope } from "../../access-tokens/access-token.subject";
import { dpopAlgorithms } from "../../dpop/dpop-key";
import { DpopProofs, type Proved } from "../../dpop/dpop-proofs";
import { AccessTokenVerifier } from "./access-token-verifier";

const algorithms = `algs="${dpopAlgorithms.join(" ")}"`;

/**
 * Access tokens that are bound to a client's key, on guarded routes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-7
 */
@Injectable()
export class BoundTokens {
  /** Whether bound tokens are accepted. */
  readonly isOn: boolean;
  /** Whether only bound tokens are accepted. */
  readonly isRequired: boolean;
  /** The WWW-Authenticate of a request without a token. */
  readonly challenge: string | undefined;

  constructor(
    private readonly tokens: AccessTokenVerifier,
    private readonly proofs: DpopProofs,
  ) {
    this.isOn = proofs.isOn;
    this.isRequired = proofs.isRequired;
    this.challenge = proofs.isRequired
      ? `DPoP ${algorithms}`
      : proofs.isOn
        ? `Bearer, DPoP ${algorithms}`
        : undefined;
  }

  /**
   * The caller of a request whose proof was signed with the key of its token, for
   * this request and this token.
   *
   * @throws AuthError `unauthenticated`, with the problem in its challenge;
   *   `service_unavailable`
   */
  async verify(
    request: HttpRequest,
    response: HttpResponse,
    token: string,
  ): Promise<Principal> {
    const principal = await this.principalOf(token);
    const { confirmation } = principal;
    if (!confirmation) throw this.refusal("token_not_bound");
    const { thumbprint, nextNonce } = await this.proved(request, token);
    if (thumbprint !== confirmation.jkt) throw this.refusal("wrong_key");
    if (nextNonce !== null) response.header("DPoP-Nonce", nextNonce);
    return principal;
  }

  /**
   * The refusal for a user who has not finished signing up: it names the scope
   * that a refresh grants once the profile is complete.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9449#section-7.1
   * @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1
   */
  incompleteProfile({ confirmation }: Principal): AuthError {
    const refusal = `error="insufficient_scope", scope="${userScope}"`;
    return new AuthError("profile_incomplete", {
      challenge: confirmation
        ? `DPoP ${refusal}, ${algorithms}`
        : `Bearer ${refusal}`,
    });
  }

  /**
   * The challenge to authenticate again, with the scheme that the token was sent
   * with.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9470#section-3
   */
  tooOld({ confirmation }: Principal, maxAgeSeconds: number): AuthError {
    const scheme = confirmation ? "DPoP" : "Bearer";
    return new AuthError("reauthentication_required", {
      challenge: `${scheme} error="insufficient_user_authentication", max_age=${maxAgeSeconds}`,
    });
  }

  /** The refusal of a token that is invalid or was sent with the wrong scheme. */
  refusal(reason: string): AuthError {
    return new AuthError("unauthenticated", {
      reason,
      challenge: this.isOn
        ? `DPoP error="invalid_token", ${algorithms}`
        : undefined,
    });
  }

  private async principalOf(token: string): Promise<Principal> {
    try {
      return await this.tokens.verify(token);
    } catch (error) {
      if (error instanceof AuthError && error.code === "unauthenticated") {
        throw this.refusal(error.reason ?? "not_accepted");
      }
      throw error;
    }
  }

  private async proved(
    { method, originalUrl, headers }: HttpRequest,
    accessToken: string,
  ): Promise<Proved> {
    const { dpop: proof } = headers;
    try {
      if (proof === undefined) throw this.proofs.missing();
      return await this.proofs.verify({
        proof,
        method,
        path: originalUrl,
        accessToken,
      });
    } catch (error) {
      if (!(error instanceof AuthError) || error.code === "service_unavailable")
        throw error;
      const { code, reason, dpopNonce } = error;
      throw new AuthError("unauthenticated", {
        reason,
        dpopNonce,
        challenge: `DPoP error="${code}", ${algorithms}`,
      });
    }
  }
}
