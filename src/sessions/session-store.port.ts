import type { VerifiedIdentity } from "../identity/verified-identity";
import type {
  FindOrCreateOptions,
  FindOrCreateOutcome,
  User,
  UserDirectory,
} from "../users/user-directory.port";
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

/** The outcomes of a sign-in; a session exists only where there is a user. */
export type SignInOutcome =
  | (Extract<FindOrCreateOutcome, { user: User }> & {
      readonly session: Session;
    })
  | Exclude<FindOrCreateOutcome, { user: User }>;

/** Who is signed in, and until when. */
export abstract class SessionStore {
  protected constructor(protected readonly users: UserDirectory) {}

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
    options: FindOrCreateOptions,
    context: SessionContext,
  ): Promise<SignInOutcome> {
    const outcome = await this.users.findOrCreate(identity, options);
    if (outcome.kind === "disabled" || outcome.kind === "unknown") {
      return outcome;
    }
    const { user } = outcome;
    const session = await this.start(user, identity.clientId, context);
    return { ...outcome, session };
  }
}
