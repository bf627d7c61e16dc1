import { randomUUID } from "node:crypto";
import { Injectable, type OnApplicationShutdown } from "@nestjs/common";
import passport from "passport";
import { IdentityVerifier } from "../../identity/identity-verifier.port";
import type { VerifiedIdentity } from "../../identity/verified-identity";
import { idTokenFromBody } from "./request-token";

/**
 * The Passport strategy: takes the ID token from the request body and verifies
 * it. `request.user` becomes a {@link VerifiedIdentity}.
 */
@Injectable()
export class GoogleIdTokenStrategy implements OnApplicationShutdown {
  /**
   * Passport's registry is shared by the whole process. With a fixed name, the
   * application created last would verify the tokens of all of them.
   */
  readonly name = `google-id-token:${randomUUID()}`;

  constructor(private readonly verifier: IdentityVerifier) {
    const validate = (request: { body?: unknown }) => this.validate(request);
    passport.use(this.name, {
      authenticate(request) {
        validate(request).then(
          (identity) => this.success(identity),
          (error: unknown) => this.error(error),
        );
      },
    });
  }

  /** @throws AuthError `invalid_request`, or what the verifier throws */
  async validate(request: { body?: unknown }): Promise<VerifiedIdentity> {
    return this.verifier.verify(idTokenFromBody(request.body));
  }

  /** Not before: until then, requests still arrive. */
  onApplicationShutdown(): void {
    passport.unuse(this.name);
  }
}
