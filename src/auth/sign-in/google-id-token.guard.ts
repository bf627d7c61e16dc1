import { Injectable } from "@nestjs/common";
import { AuthGuard } from "@nestjs/passport";
import { AuthError } from "../../common/auth-error";
import { GoogleIdTokenStrategy } from "./google-id-token.strategy";

/** Admits requests with a valid Google ID token in the body. */
@Injectable()
export class GoogleIdTokenGuard extends AuthGuard() {
  constructor(strategy: GoogleIdTokenStrategy) {
    super({ defaultStrategy: strategy.name, session: false });
  }

  /**
   * Rethrows the verifier's error; the stock guard turns every error into a
   * 401.
   */
  override handleRequest<Identity>(
    error: unknown,
    identity: Identity | false,
  ): Identity {
    if (error instanceof Error) throw error;
    if (!identity) throw new AuthError("invalid_token", { reason: "refused" });
    return identity;
  }
}
