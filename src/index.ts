export {
  type AuditEvent,
  type AuditEventName,
  auditEvents,
} from "./audit/audit-event";
export { AuditSink, LogAuditSink } from "./audit/audit-sink.port";
export { AuditTrail } from "./audit/audit-trail";
export {
  AccessTokenClaims,
  NoAccessTokenClaims,
} from "./auth/sessions/access-token-claims.port";
export { AccessTokenGuard } from "./auth/access/access-token.guard";
export { AccessTokenVerifier } from "./auth/access/access-token-verifier";
export { AllowedOriginGuard } from "./auth/access/allowed-origin.guard";
export { AuthModule } from "./auth/auth.module";
export { ResourceServerModule } from "./resource-server/resource-server.module";
export type { ResourceServerOptions } from "./resource-server/resource-server.options";
export { GoogleIdTokenGuard } from "./auth/sign-in/google-id-token.guard";
export { GoogleIdTokenStrategy } from "./auth/sign-in/google-id-token.strategy";
export {
  type Credential,
  Credentials,
  type ProvedCredential,
} from "./auth/sign-in/credentials";
export { type SignedIn, SignIn } from "./auth/sign-in/sign-in";
export {
  NoSignInHooks,
  SignInHooks,
  type SignUpDecision,
} from "./auth/sign-in/sign-in-hooks.port";
export {
  type Admission,
  ConfiguredSignInPolicy,
  SignInPolicy,
} from "./auth/sign-in/sign-in-policy.port";
export {
  AllowIncompleteProfile,
  Authenticated,
  CurrentUser,
  OptionalAuth,
  Public,
  RequireRecentSignIn,
  Roles,
} from "./common/access.decorators";
export {
  AuthError,
  type AuthErrorOptions,
  type FieldError,
} from "./common/auth-error";
export {
  type AppErrorCode,
  type AuthErrorCode,
  authErrorCodes,
} from "./common/auth-error-codes";
export { CallOrigin, callOriginOf } from "./common/call-origin";
export { Clock, SystemClock } from "./common/clock.port";
export type { Principal } from "./common/principal";
export { ProblemDetailsFilter } from "./common/problem-details.filter";
export { Database, type Transaction } from "./database/database";
export type { SigningAlgorithm } from "./common/signature-key";
export {
  type DatabaseOptions,
  dataSourceOptions,
  googleAuthMigrations,
} from "./database/data-source";
export { migrate } from "./database/migrate";
export { Purge, type Purgeable } from "./database/purge";
export type { SqlFragment } from "./database/sql-fragment";
export type { EmailAuthority } from "./identity/email-authority";
export { InvalidOptionsError } from "./config/module-options";
export { googleAuthEntities } from "./google-auth/google-auth.entities";
export { GoogleAuthModule } from "./google-auth/google-auth.module";
export type {
  GoogleAuthModuleAsyncOptions,
  GoogleAuthModuleOptions,
  GoogleAuthOptions,
  GoogleAuthStructure,
  GoogleOptions,
  RoutesOptions,
} from "./google-auth/google-auth.options";
export { IdentityProviders } from "./identity/identity-providers";
export { IdentityVerifier } from "./identity/identity-verifier.port";
export { VerifyTokenApiVerifier } from "./identity/remote/verify-token-api.verifier";
export type {
  AnsweredClaimNames,
  VerifyTokenAuthentication,
  VerifyTokenProvider,
} from "./identity/remote/verify-token-provider";
export {
  GoogleCodeExchange,
  popupRedirectUri,
} from "./identity/google/google-code-exchange";
export { GoogleIdTokenVerifier } from "./identity/google/google-id-token.verifier";
export { GoogleSigningKeys } from "./identity/google/google-signing-keys";
export {
  type CheckFinding,
  type CheckOutcome,
  type IdTokenInspection,
  inspectIdToken,
} from "./identity/google/id-token.inspection";
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
export type {
  AccountName,
  VerifiedIdentity,
} from "./identity/verified-identity";
export {
  fastifyAdapter,
  type FastifyAdapterOptions,
  setUpFastify,
} from "./fastify/fastify-server";
export { GracefulShutdown } from "./health/graceful-shutdown";
export { openApiDocument, setUpOpenApi } from "./fastify/open-api";
export { createLogger, logRequests } from "./fastify/request-log";
export { RateLimited } from "./rate-limits/rate-limited.decorator";
export type {
  RateLimit,
  RateLimitName,
} from "./rate-limits/rate-limits.options";
export {
  ProtectingSecurityEventHandler,
  SecurityEventHandler,
} from "./security-events/security-event-handler.port";
export { OneTimeMarks } from "./sessions/one-time-marks";
export type { OneTimeRules, OneTimeUse } from "./sessions/one-time-use";
export {
  type EndedSessions,
  type EndReason,
  type PresentedRefreshToken,
  type RotateOutcome,
  type Session,
  type SessionContext,
  type SessionProof,
  SessionStore,
} from "./sessions/session-store.port";
export { type Revoked, Revocations } from "./sessions/revocations.port";
export {
  decideRotation,
  type RotationDecision,
  type RotationRules,
  type RotationState,
} from "./sessions/rotation";
export type { SessionEnd } from "./sessions/session-end-listeners";
export { type Ending, type EndingOfAll, Sessions } from "./sessions/sessions";
export {
  type RefreshOutcome,
  type SignInOptions,
  type SignInOutcome,
  SignInStore,
} from "./sessions/sign-in-store.port";
export { RefreshTokens } from "./sessions/refresh-tokens";
export { PostgresRevocations } from "./sessions/postgres-revocations";
export { PostgresSessionStore } from "./sessions/postgres-session-store";
export type {
  AccessTokenSubject,
  TokenConfirmation,
} from "./access-tokens/access-token.subject";
export {
  AccessTokens,
  type IssuedAccessToken,
} from "./access-tokens/access-tokens";
export { es256SignatureFromDer } from "./access-tokens/es256-signature";
export {
  jwksMaxAgeSeconds,
  reloadIntervalSeconds,
} from "./signing-keys/key-life";
export { localSigningKey } from "./signing-keys/signing-keys.port";
export { PemSigningKeys } from "./signing-keys/pem-signing-keys";
export { publishedKey } from "./signing-keys/published-key";
export type {
  RemovalOutcome,
  RotationOutcome,
  SigningKeyChange,
} from "./signing-keys/signing-key-change";
export { SigningKeyStore } from "./signing-keys/signing-key-store";
export type { StoredKey } from "./signing-keys/signing-key.rows";
export {
  type PublishedKey,
  type SigningKey,
  SigningKeys,
  type VerificationKey,
} from "./signing-keys/signing-keys.port";
export { StoredSigningKeys } from "./signing-keys/stored-signing-keys";
export type { DpopRules } from "./dpop/dpop.options";
export { ClassProfileSchema } from "./users/class-profile-schema";
export { OpenProfileSchema } from "./users/open-profile-schema";
export {
  type ParsedProfile,
  type Profile,
  ProfileSchema,
} from "./users/profile-schema.port";
export { PostgresUserDirectory } from "./users/postgres-user-directory";
export {
  type FindOrCreateOptions,
  type FindOrCreateOutcome,
  type Identity,
  type LinkOutcome,
  type User,
  type UserChanges,
  UserDirectory,
  type UserFilter,
  type UserPage,
} from "./users/user-directory.port";
export { UserDto } from "./users/user.dto";
export { UsersModule } from "./users/users.module";
export { AuditEventEntity } from "./audit/audit-event.entity";
export { RateLimitEntity } from "./rate-limits/rate-limit.entity";
export { SecurityEventEntity } from "./security-events/security-event.entity";
export {
  UsedIdTokenEntity,
  UsedNonceEntity,
} from "./sessions/one-time-use.entity";
export { RevocationEntity } from "./sessions/revocation.entity";
export { SessionCutoffEntity, SessionEntity } from "./sessions/session.entity";
export { SigningKeyEntity } from "./signing-keys/signing-key.entity";
export { IdentityEntity } from "./users/identity.entity";
export { IdentityStandingEntity } from "./users/identity-standing.entity";
export { IdentityStandings } from "./users/identity-standings";
export { UserEntity, type UserStatus } from "./users/user.entity";
