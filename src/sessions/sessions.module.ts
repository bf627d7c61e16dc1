import { Global, Module } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import { Database } from "../database/database";
import { IdentityStandings } from "../users/identity-standings";
import { PostgresUserDirectory } from "../users/postgres-user-directory";
import { UserDirectory } from "../users/user-directory.port";
import { ComposedSignInStore } from "./composed-sign-in-store";
import { OneTimeMarks } from "./one-time-marks";
import { PostgresRevocations } from "./postgres-revocations";
import { PostgresSessionRotation } from "./postgres-session-rotation";
import { PostgresSessionStore } from "./postgres-session-store";
import { PostgresSignInStore } from "./postgres-sign-in-store";
import { RefreshTokens } from "./refresh-tokens";
import { Revocations } from "./revocations.port";
import { SessionEndListeners } from "./session-end-listeners";
import { SessionStore } from "./session-store.port";
import { Sessions } from "./sessions";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";
import { SignInStore } from "./sign-in-store.port";

/** Sessions and revocations. Part of GoogleAuthModule. */
@Global()
@Module({
  providers: [
    OneTimeMarks,
    PostgresSessionRotation,
    RefreshTokens,
    SessionEndListeners,
    Sessions,
    { provide: Revocations, useClass: PostgresRevocations },
    { provide: SessionStore, useClass: PostgresSessionStore },
    {
      provide: SignInStore,
      inject: [
        UserDirectory,
        SessionStore,
        PostgresSessionRotation,
        IdentityStandings,
        OneTimeMarks,
        Database,
        AuditTrail,
        SESSIONS_OPTIONS,
      ],
      useFactory: signInStoreOf,
    },
  ],
  exports: [
    OneTimeMarks,
    RefreshTokens,
    Revocations,
    SessionEndListeners,
    Sessions,
    SessionStore,
    SignInStore,
  ],
})
export class SessionsModule {}

/**
 * Uses one statement only if both stores are exactly ours: a subclass may
 * override methods, which must not be bypassed.
 */
function signInStoreOf(
  users: UserDirectory,
  sessions: SessionStore,
  rotation: PostgresSessionRotation,
  standings: IdentityStandings,
  marks: OneTimeMarks,
  database: Database,
  audit: AuditTrail,
  { maxPerUser }: SessionsOptions,
): SignInStore {
  return users.constructor === PostgresUserDirectory &&
    sessions.constructor === PostgresSessionStore
    ? new PostgresSignInStore(
        users,
        sessions,
        ...[rotation, marks, audit, maxPerUser],
      )
    : new ComposedSignInStore(
        ...[users, sessions, standings, marks, database, audit, maxPerUser],
      );
}
