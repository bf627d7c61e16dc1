/** `nest-google-auth`: the package's main entry point, by what it is for. */
// The modules
export { GoogleAuthModule } from "./google-auth/google-auth.module";
export type {
  GoogleAuthModuleAsyncOptions,
  GoogleAuthModuleOptions,
  GoogleAuthOptions,
  GoogleAuthStructure,
  GoogleOptions,
  RoutesOptions,
} from "./google-auth/google-auth.options";
export type {
  RateLimit,
  RateLimitName,
} from "./rate-limits/rate-limits.options";
export { InvalidOptionsError } from "./config/module-options";
export { ResourceServerModule } from "./resource-server/resource-server.module";
export type { ResourceServerOptions } from "./resource-server/resource-server.options";
export { AuthModule } from "./auth/auth.module";
export { UsersModule } from "./users/users.module";

// Guards and decorators
export { AccessTokenGuard } from "./auth/access/access-token.guard";
export { AccessTokenVerifier } from "./auth/access/access-token-verifier";
export { GoogleIdTokenGuard } from "./auth/sign-in/google-id-token.guard";
export { GoogleIdTokenStrategy } from "./auth/sign-in/google-id-token.strategy";
export { AllowedOriginGuard } from "./auth/access/allowed-origin.guard";
export {
  Public,
  Authenticated,
  OptionalAuth,
  Roles,
  RequireRecentSignIn,
  AllowIncompleteProfile,
  CurrentUser,
} from "./common/access.decorators";
export type { Principal } from "./common/principal";
export { RateLimited } from "./rate-limits/rate-limited.decorator";

// Errors
export {
  AuthError,
  type AuthErrorOptions,
  type FieldError,
} from "./common/auth-error";
export {
  type AuthErrorCode,
  type AppErrorCode,
  authErrorCodes,
} from "./common/auth-error-codes";
export {
  AuthErrorFilter,
  ProblemDetailsFilter,
} from "./common/problem-details.filter";

// Seams: abstract classes to implement, one line each in `providers`
export {
  IdentityVerifier,
  type TokenCaller,
} from "./identity/identity-verifier.port";
export {
  SignInPolicy,
  type Admission,
} from "./auth/sign-in/sign-in-policy.port";
export {
  SignInHooks,
  type SignUpDecision,
} from "./auth/sign-in/sign-in-hooks.port";
export { AccessTokenClaims } from "./auth/sessions/access-token-claims.port";
export {
  ProfileSchema,
  type Profile,
  type ParsedProfile,
} from "./users/profile-schema.port";
export { UserDirectory } from "./users/user-directory.port";
export { SessionStore } from "./sessions/session-store.port";
export { SignInStore } from "./sessions/sign-in-store.port";
export { Revocations } from "./sessions/revocations.port";
export { SigningKeys } from "./signing-keys/signing-keys.port";
export { SecurityEventHandler } from "./security-events/security-event-handler.port";
export { AuditSink } from "./audit/audit-sink.port";
export { Clock } from "./common/clock.port";

// What comes with the seams
export type { SqlFragment } from "./database/sql-fragment";
export { CallOrigin, callOriginOf } from "./common/call-origin";
export type {
  VerifiedIdentity,
  AccountName,
} from "./identity/verified-identity";
export type { EmailAuthority } from "./identity/email-authority";
export type {
  FindOrCreateOptions,
  FindOrCreateOutcome,
  Identity,
  LinkOutcome,
  User,
  UserChanges,
  UserFilter,
  UserPage,
} from "./users/user-directory.port";
export type {
  EndedSessions,
  EndReason,
  PresentedRefreshToken,
  RotateOutcome,
  Session,
  SessionContext,
  SessionProof,
} from "./sessions/session-store.port";
export type {
  RefreshOutcome,
  SignInOptions,
  SignInOutcome,
} from "./sessions/sign-in-store.port";
export type { Revoked } from "./sessions/revocations.port";
export type { SessionEnd } from "./sessions/session-end-listeners";
export type {
  PublishedKey,
  SigningKey,
  VerificationKey,
} from "./signing-keys/signing-keys.port";
export type { SigningAlgorithm } from "./common/signature-key";
export {
  type AuditEvent,
  type AuditEventName,
  auditEvents,
} from "./audit/audit-event";
export type { OneTimeRules, OneTimeUse } from "./sessions/one-time-use";
export type { DpopRules } from "./dpop/dpop.options";
export type {
  AccessTokenSubject,
  TokenConfirmation,
} from "./access-tokens/access-token.subject";

// The seams' defaults
export { ConfiguredSignInPolicy } from "./auth/sign-in/sign-in-policy.port";
export { NoSignInHooks } from "./auth/sign-in/sign-in-hooks.port";
export { NoAccessTokenClaims } from "./auth/sessions/access-token-claims.port";
export { OpenProfileSchema } from "./users/open-profile-schema";
export { ClassProfileSchema } from "./users/class-profile-schema";
export { PostgresUserDirectory } from "./users/postgres-user-directory";
export { PostgresSessionStore } from "./sessions/postgres-session-store";
export { PostgresRevocations } from "./sessions/postgres-revocations";
export { StoredSigningKeys } from "./signing-keys/stored-signing-keys";
export { PemSigningKeys } from "./signing-keys/pem-signing-keys";
export { ProtectingSecurityEventHandler } from "./security-events/security-event-handler.port";
export { LogAuditSink } from "./audit/audit-sink.port";
export { SystemClock } from "./common/clock.port";
export { VerifyTokenApiVerifier } from "./identity/remote/verify-token-api.verifier";
export type {
  AnsweredClaimNames,
  VerifyTokenAuthentication,
  VerifyTokenProvider,
} from "./identity/remote/verify-token-provider";

// Services to inject
export { SignIn, type SignedIn } from "./auth/sign-in/sign-in";
export {
  Credentials,
  type Credential,
  type ProvedCredential,
} from "./auth/sign-in/credentials";
export { Sessions, type Ending, type EndingOfAll } from "./sessions/sessions";
export {
  AccessTokens,
  type IssuedAccessToken,
} from "./access-tokens/access-tokens";
export { IdentityProviders } from "./identity/identity-providers";
export { IdentityStandings } from "./users/identity-standings";
export { AuditTrail } from "./audit/audit-trail";
export { OneTimeMarks } from "./sessions/one-time-marks";
export { Purge, type Purgeable } from "./database/purge";
export { GracefulShutdown } from "./health/graceful-shutdown";
export { UserDto } from "./users/user.dto";

// The database
export { Database, type Transaction } from "./database/database";
export {
  type DatabaseOptions,
  dataSourceOptions,
  googleAuthMigrations,
} from "./database/data-source";
export { migrate } from "./database/migrate";
export { googleAuthEntities } from "./google-auth/google-auth.entities";
export { UserEntity, type UserStatus } from "./users/user.entity";
export { IdentityEntity } from "./users/identity.entity";
export { IdentityStandingEntity } from "./users/identity-standing.entity";
export { SessionEntity, SessionCutoffEntity } from "./sessions/session.entity";
export { RevocationEntity } from "./sessions/revocation.entity";
export { SigningKeyEntity } from "./signing-keys/signing-key.entity";
export {
  UsedIdTokenEntity,
  UsedNonceEntity,
} from "./sessions/one-time-use.entity";
export { SecurityEventEntity } from "./security-events/security-event.entity";
export { AuditEventEntity } from "./audit/audit-event.entity";
export { RateLimitEntity } from "./rate-limits/rate-limit.entity";

// For a session store of your own
export {
  decideRotation,
  type RotationDecision,
  type RotationRules,
  type RotationState,
} from "./sessions/rotation";
export { RefreshTokens } from "./sessions/refresh-tokens";

// For signing keys of your own
export { es256SignatureFromDer } from "./access-tokens/es256-signature";
export {
  jwksMaxAgeSeconds,
  reloadIntervalSeconds,
} from "./signing-keys/key-life";
export { localSigningKey } from "./signing-keys/signing-keys.port";
export { publishedKey } from "./signing-keys/published-key";
export type {
  RemovalOutcome,
  RotationOutcome,
  SigningKeyChange,
} from "./signing-keys/signing-key-change";
export { SigningKeyStore } from "./signing-keys/signing-key-store";
export type { StoredKey } from "./signing-keys/signing-key.rows";

// Importing users from another system
export {
  type ImportListener,
  type ImportTally,
  UserImport,
  type UserImportOptions,
} from "./user-import/user-import";
export type { ImportRecord } from "./user-import/import-record";
export { recordsIn } from "./user-import/import-file";
export { ImportFileError } from "./user-import/text-file";
export {
  importSources,
  type ImportSourceName,
} from "./user-import/import-sources";

// Google's tokens and endpoints
export { GoogleIdTokenVerifier } from "./identity/google/google-id-token.verifier";
export { GoogleSigningKeys } from "./identity/google/google-signing-keys";
export {
  GoogleCodeExchange,
  popupRedirectUri,
} from "./identity/google/google-code-exchange";
export {
  type CheckFinding,
  type CheckOutcome,
  type IdTokenInspection,
  inspectIdToken,
} from "./identity/google/id-token.inspection";

// Google's security events (RISC)
export {
  type SecurityEvent,
  type SecurityEventToken,
  type SecurityEventType,
  securityEventTypes,
} from "./identity/google/security-event";
export { SecurityEventVerifier } from "./identity/google/security-event.verifier";
export {
  SecurityEventStream,
  type SecurityEventStreamOptions,
  type StreamConfiguration,
} from "./identity/google/security-event-stream";
export { SecurityEventStreamError } from "./identity/google/security-event-stream.error";
export {
  requestableEvents,
  type StreamRequest,
  streamRequests,
  streamRequestUrl,
  type StreamStatus,
} from "./identity/google/security-event-stream.requests";
export {
  type ServiceAccountKey,
  ServiceAccountKeyError,
  serviceAccountKeyFrom,
} from "./identity/google/service-account-key";
