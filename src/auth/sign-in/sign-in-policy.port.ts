import { Inject, Injectable } from "@nestjs/common";
import type {
  AppErrorCode,
  AuthErrorCode,
} from "../../common/auth-error-codes";
import type { CallOrigin } from "../../common/call-origin";
import type { VerifiedIdentity } from "../../identity/verified-identity";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";

/** What a policy says to an identity. */
export type Admission =
  | { readonly kind: "admitted"; readonly signUp: "open" | "closed" }
  /** The client gets this code, of ours or of the application's own. */
  | { readonly kind: "refused"; readonly code: AuthErrorCode | AppErrorCode };

/**
 * Whether a proved identity may sign in, before anything is looked up or
 * stored. Linking an account is held to it as well.
 *
 * Concurrency: called by every sign-in at once. Idempotent. What it throws
 * refuses the sign-in: an AuthError with its code, anything else as
 * `internal_error`; and so does, as `service_unavailable`, an answer that takes
 * more than five seconds.
 */
export abstract class SignInPolicy {
  /**
   * @param identity as the verifier proved it
   * @param call where the sign-in comes from
   * @returns whether it may enter, and whether it may become a new user
   */
  abstract admit(
    identity: VerifiedIdentity,
    call: CallOrigin,
  ): Admission | Promise<Admission>;
}

/** The policy of the configuration: hosted domains, verified e-mail, sign-up. */
@Injectable()
export class ConfiguredSignInPolicy extends SignInPolicy {
  private readonly hostedDomains: ReadonlySet<string>;

  constructor(@Inject(AUTH_OPTIONS) private readonly options: AuthOptions) {
    super();
    this.hostedDomains = new Set(
      options.hostedDomains.map((domain) => domain.toLowerCase()),
    );
  }

  override admit(identity: VerifiedIdentity): Admission {
    // By `hd` alone: anybody may verify an address that ends in the domain.
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
