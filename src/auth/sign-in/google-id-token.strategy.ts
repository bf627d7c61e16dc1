import { randomUUID } from "node:crypto";
import { Injectable, type OnModuleDestroy } from "@nestjs/common";
import { PassportStrategy } from "@nestjs/passport";
import passport from "passport";
import { Strategy } from "passport-custom";
import { IdentityVerifier } from "../../identity/identity-verifier.port";
import type { VerifiedIdentity } from "../../identity/verified-identity";
import { idTokenFromBody } from "./request-token";

/**
 * Passport's part: takes the ID token from the request body and has it proved.
 * `request.user` becomes a {@link VerifiedIdentity}.
 */
@Injectable()
export class GoogleIdTokenStrategy
  extends PassportStrategy(Strategy)
  implements OnModuleDestroy
{
  constructor(private readonly verifier: IdentityVerifier) {
    super();
  }

  /** @throws AuthError `invalid_request`, or what the verifier throws */
  async validate(request: { body?: unknown }): Promise<VerifiedIdentity> {
    return this.verifier.verify(idTokenFromBody(request.body));
  }

  onModuleDestroy(): void {
    passport.unuse(this.name);
  }

  /**
   * Passport's registry is one for the whole process. Under a fixed name, the
   * last application created would verify the tokens of all.
   */
  getPassportInstance(): typeof passport {
    Object.assign(this, { name: `google-id-token:${randomUUID()}` });
    return passport;
  }
}
