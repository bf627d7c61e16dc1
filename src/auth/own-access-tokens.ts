import { Injectable } from "@nestjs/common";
import type { Principal } from "../common/principal";
import { Revocations } from "../sessions/revocations";
import { AccessTokens } from "../tokens/access-tokens";
import { AccessTokenVerifier } from "./access-token-verifier.port";

/** The tokens that this service has issued, while their sessions last. No I/O. */
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
    const pending = this.revocations.check(principal.sessionId);
    return pending ? pending.then(() => principal) : principal;
  }
}
