import { AuthError } from "../common/auth-error";
import type { VerifiedIdentity } from "../identity/verified-identity";
import type {
  FindOrCreateOptions,
  FindOrCreateOutcome,
  User,
  UserDirectory,
} from "../users/user-directory.port";
import type { OneTimeMarks } from "./one-time-marks";
import type { OneTimeUse } from "./one-time-use";
import type { SessionEntity } from "./session.entity";

/** What is known of a session. */
export type Session = Readonly<Omit<SessionEntity, "user">>;

/** Where a sign-in comes from; all of it is the client's word but the address. */
export interface SessionContext {
  /** Label for the user's session list, at most 100 characters. */
  readonly device: string | null;
  /** Client address, as the front door determined it. */
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export interface SignInOptions extends FindOrCreateOptions {
  /** What the sign-in uses up; null when nothing. */
  readonly uses: OneTimeUse | null;
}

/** The outcomes of a sign-in; a session exists only where there is a user. */
export type SignInOutcome =
  /** The token or its nonce is not, or no longer, good for a sign-in. Nothing was changed. */
  | { readonly kind: "used-up"; readonly reason: string }
  | (Extract<FindOrCreateOutcome, { user: User }> & {
      readonly session: Session;
    })
  | Exclude<FindOrCreateOutcome, { user: User }>;

/** Who is signed in, and until when. */
export abstract class SessionStore {
  protected constructor(
    protected readonly users: UserDirectory,
    protected readonly marks: OneTimeMarks,
  ) {}

  /**
   * Starts a session for a user.
   *
   * Concurrency: any number at once. Not idempotent: every call is a session.
   *
   * @param clientId the Google client id that signed the user in
   * @throws AuthError `service_unavailable`
   */
  abstract start(
    user: User,
    clientId: string,
    context: SessionContext,
  ): Promise<Session>;

  /**
   * The session with this id, also when it is over; null when there is none.
   * Concurrent and idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract find(id: string): Promise<Session | null>;

  /**
   * Finds or creates the user of an identity and starts a session. A store that
   * shares a database with the directory overrides this to do both at once.
   *
   * @throws AuthError `service_unavailable`
   */
  async signIn(
    identity: VerifiedIdentity,
    options: SignInOptions,
    context: SessionContext,
  ): Promise<SignInOutcome> {
    if (options.uses && !(await this.marks.take(options.uses))) {
      return this.usedUp(options.uses);
    }
    const outcome = await this.users.findOrCreate(identity, options);
    if (!("user" in outcome)) return outcome;
    const { user } = outcome;
    const session = await this.start(user, identity.clientId, context);
    return { ...outcome, session };
  }

  /** The outcome when `uses` was not granted. */
  protected async usedUp(uses: OneTimeUse | null): Promise<SignInOutcome> {
    const reason = uses && (await this.marks.reasonAgainst(uses));
    if (reason) return { kind: "used-up", reason };
    // Nothing stands against it any more: somebody was in the way just now.
    throw new AuthError("service_unavailable", {
      reason: "sign_in_contention",
      retryAfterSeconds: 1,
    });
  }
}
