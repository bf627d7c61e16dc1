import { Injectable } from "@nestjs/common";
import type { Principal } from "../../common/principal";
import { AuthError } from "../../common/auth-error";
import { Revocations } from "../../sessions/revocations.port";
import { AccessTokens } from "../../access-tokens/access-tokens";
import { AccessTokenVerifier } from "./access-token-verifier";

/**
 * Accepts tokens that this service has issued, as long as their sessions exist.
 * No I/O.
 */
@Injectable()
export class OwnAccessTokens extends AccessTokenVerifier {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly revocations: Revocations,
  ) {
    super();
  }

  override verify(token: string): Principal | Promise<Principal> {
    const principal = this.accessTokens.verify(token);
    const covered = this.revocations.covers(
      principal.sessionId,
      principal.userId,
      principal.authenticatedAt,
    );
    return covered instanceof Promise
      ? covered.then((isCovered) => lasting(principal, isCovered))
      : lasting(principal, covered);
  }
}

/** @throws AuthError `unauthenticated` if the session has been ended */
function lasting(principal: Principal, isEnded: boolean): Principal {
  if (isEnded) {
    throw new AuthError("unauthenticated", { reason: "session_ended" });
  }
  return principal;
}
