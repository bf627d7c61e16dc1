import { Inject, Injectable } from "@nestjs/common";
import type {
  AppErrorCode,
  AuthErrorCode,
} from "../../common/auth-error-codes";
import type { CallOrigin } from "../../common/call-origin";
import type { VerifiedIdentity } from "../../identity/verified-identity";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";

/** A policy's decision about an identity. */
export type Admission =
  | { readonly kind: "admitted"; readonly signUp: "open" | "closed" }
  /** The client gets this code, of ours or of the application's own. */
  | { readonly kind: "refused"; readonly code: AuthErrorCode | AppErrorCode };

/**
 * Decides whether a verified identity may sign in, before anything is looked up
 * or stored. It also applies to linking an account.
 *
 * Called concurrently; idempotent. If it throws, the sign-in is refused: an
 * AuthError is returned with its code, anything else as `internal_error`. After
 * five seconds the sign-in fails with `service_unavailable`.
 */
export abstract class SignInPolicy {
  /**
   * @param identity as the verifier returned it
   * @param call where the sign-in comes from
   * @returns whether it may sign in, and whether it may become a new user
   */
  abstract admit(
    identity: VerifiedIdentity,
    call: CallOrigin,
  ): Admission | Promise<Admission>;
}

/** The configured policy: hosted domains, verified e-mail, sign-up. */
@Injectable()
export class ConfiguredSignInPolicy extends SignInPolicy {
  private readonly hostedDomains: ReadonlySet<string>;

  constructor(@Inject(AUTH_OPTIONS) private readonly options: AuthOptions) {
    super();
    this.hostedDomains = new Set(
      options.hostedDomains.map((domain) => domain.toLowerCase()),
    );
  }

  // A promise in its type, so that a subclass may wait for something.
  override admit(identity: VerifiedIdentity): Admission | Promise<Admission> {
    // Only by `hd`: anyone can create a Google account with an address that
    // ends in the domain.
    if (
      this.hostedDomains.size > 0 &&
      !(
        identity.hostedDomain !== null &&
        this.hostedDomains.has(identity.hostedDomain)
      )
    ) {
      return { kind: "refused", code: "hosted_domain_not_allowed" };
    }
    if (this.options.requireVerifiedEmail && !identity.emailVerified) {
      return { kind: "refused", code: "email_not_verified" };
    }
    return { kind: "admitted", signUp: this.options.signUp };
  }
}
