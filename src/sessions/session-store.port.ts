import { AuthError } from "../common/auth-error";
import type { Transaction } from "../database/database";
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
  /** Of the client's key that the session's tokens are bound to; null when to none. */
  readonly keyThumbprint?: string | null;
}

/** What a session begins with. */
export type SessionProof = Pick<VerifiedIdentity, "clientId" | "issuedAt">;

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

/** A refresh token that was made here. Whether it is still good, its session knows. */
export interface PresentedRefreshToken {
  readonly sessionId: string;
  readonly generation: number;
  /** SHA-256(the session's salt ‖ this) has to give `proof`. */
  readonly pepper: Buffer;
  readonly proof: Buffer;
}

/** The honest outcomes of presenting a refresh token. */
export type RefreshOutcome =
  /** `session.generation` is the one to issue; twice the same within the grace. */
  | {
      readonly kind: "refreshed";
      readonly user: User;
      readonly session: Session;
    }
  /** It had been replaced before the grace: its session has been ended just now. */
  | { readonly kind: "reused" }
  /** The session has been ended, or is gone. */
  | { readonly kind: "ended" }
  | { readonly kind: "expired" }
  /** The user may not sign in. */
  | { readonly kind: "disabled" }
  /** It belongs to another key, or to no key; or the session never had it. */
  | { readonly kind: "not-accepted" };

/** Why a session is over before its time. */
export type EndReason =
  | "signed_out"
  | "signed_out_everywhere"
  | "ended_by_user"
  | "ended_by_admin"
  | "refresh_reused"
  | "user_disabled"
  | "user_deleted"
  | "security_event";

/** Who ends a session, and why. */
export interface Ending {
  readonly reason: EndReason;
  /** The user who does it, where it is not the session's own. */
  readonly actorId?: string | null;
  readonly ip?: string | null;
  readonly userAgent?: string | null;
}

/** Which sessions are ended, and why. */
export interface EndingOfAll extends Ending {
  /** Only those that began with a proof from then or before; all unless given. */
  readonly provedUpTo?: Date;
}

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
   * @param proof the identity by which the user has been found
   * @throws AuthError `service_unavailable`, also when the user has just been deleted
   */
  abstract start(
    user: User,
    proof: SessionProof,
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
   * The sessions of a user that are not over, last used first. Concurrent and
   * idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract list(userId: string): Promise<Session[]>;

  /**
   * Replaces a refresh token by its successor.
   *
   * Concurrency: of any number of calls with one token at once, on any number
   * of instances, one replaces it and all get the same successor. Idempotent
   * within the grace; after it, the session is ended.
   *
   * @param token genuine, as {@link RefreshTokens} read it
   * @throws AuthError `service_unavailable`; then the token is as good as before
   */
  abstract refresh(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RefreshOutcome>;

  /**
   * Ends a session: its refresh token is dead, and this instance refuses its
   * access tokens from now on, the others within a second. Concurrent and
   * idempotent.
   *
   * @param userId whose it has to be
   * @returns whether there was one to end
   * @throws AuthError `service_unavailable`
   */
  abstract end(
    sessionId: string,
    userId: string,
    ending: Ending,
  ): Promise<boolean>;

  /**
   * Ends all sessions of a user, those included that are being started at this
   * moment. Concurrent and idempotent.
   *
   * @param transaction does it as a part of this one
   * @returns how many there were
   * @throws AuthError `service_unavailable`
   */
  abstract endAll(
    userId: string,
    ending: EndingOfAll,
    transaction?: Transaction,
  ): Promise<number>;

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
    const session = await this.start(user, identity, context);
    return { ...outcome, session };
  }

  /** The outcome when `uses` was not granted. */
  protected async usedUp(uses: OneTimeUse | null): Promise<SignInOutcome> {
    const reason = uses && (await this.marks.reasonAgainst(uses));
    if (reason) return { kind: "used-up", reason };
    // Nothing stands against it any more: somebody was in the way just now.
    throw signInContention("sign_in_contention");
  }
}

/** Somebody was in the way just now; the next attempt will find out. */
export function signInContention(reason: string): AuthError {
  return new AuthError("service_unavailable", { reason, retryAfterSeconds: 1 });
}
