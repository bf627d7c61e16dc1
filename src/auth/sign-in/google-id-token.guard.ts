import { Injectable } from "@nestjs/common";
import { AuthGuard } from "@nestjs/passport";
import { AuthError } from "../../common/auth-error";
import { GoogleIdTokenStrategy } from "./google-id-token.strategy";

/** Lets through who presents a good Google ID token in the body. */
@Injectable()
export class GoogleIdTokenGuard extends AuthGuard() {
  constructor(strategy: GoogleIdTokenStrategy) {
    super({ defaultStrategy: strategy.name, session: false });
  }

  /** Passes the verifier's own error on; the stock guard turns all into 401. */
  override handleRequest<Identity>(
    error: unknown,
    identity: Identity | false,
  ): Identity {
    if (error instanceof Error) throw error;
    if (!identity) throw new AuthError("invalid_token", { reason: "refused" });
    return identity;
  }
}
