export { AccountModule } from "./account/account.module";
export { AdminModule } from "./admin/admin.module";
export type { AdminOptions } from "./admin/admin.options";
export { AuditModule } from "./audit/audit.module";
export type { AuditOptions } from "./audit/audit.options";
export {
  type AuditEvent,
  type AuditEventName,
  auditEvents,
} from "./audit/audit-event";
export { AuditSink, LogAuditSink } from "./audit/audit-sink.port";
export { AuditTrail } from "./audit/audit-trail";
export { AccessTokenGuard } from "./auth/access-token.guard";
export { AccessTokenVerifier } from "./auth/access-token-verifier.port";
export { AllowedOriginGuard } from "./auth/allowed-origin.guard";
export { AuthModule } from "./auth/auth.module";
export type { AuthOptions, RedirectOptions } from "./auth/auth.options";
export { ResourceServerModule } from "./auth/resource-server.module";
export type { ResourceServerOptions } from "./auth/resource-server.options";
export { GoogleIdTokenGuard } from "./auth/google-id-token.guard";
export { GoogleIdTokenStrategy } from "./auth/google-id-token.strategy";
export { type SignedIn, SignIn } from "./auth/sign-in";
export {
  type Admission,
  ConfiguredSignInPolicy,
  SignInPolicy,
} from "./auth/sign-in-policy.port";
export {
  AllowIncompleteProfile,
  CurrentUser,
  OptionalAuth,
  Public,
  Roles,
} from "./common/access.decorators";
export {
  AuthError,
  type AuthErrorOptions,
  type FieldError,
} from "./common/auth-error";
export { type AuthErrorCode, authErrorCodes } from "./common/auth-error-codes";
export { Clock, SystemClock } from "./common/clock.port";
export { CommonModule, type CommonOptions } from "./common/common.module";
export type { Principal } from "./common/principal";
export { ProblemDetailsFilter } from "./common/problem-details.filter";
export { Database, type Transaction } from "./database/database";
export type { SigningAlgorithm } from "./common/signature-key";
export { DatabaseModule } from "./database/database.module";
export {
  type DatabaseOptions,
  dataSourceOptions,
} from "./database/data-source";
export { migrate } from "./database/migrate";
export { Purge, type Purgeable } from "./database/purge";
export type { SqlFragment } from "./database/sql-fragment";
export type { EmailAuthority } from "./identity/email-authority";
export { IdentityModule } from "./identity/identity.module";
export type {
  CodeExchangeOptions,
  IdentityOptions,
} from "./identity/identity.options";
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
export type { VerifiedIdentity } from "./identity/verified-identity";
export { OAuthModule } from "./oauth/oauth.module";
export type { IntrospectionClient, OAuthOptions } from "./oauth/oauth.options";
export {
  fastifyAdapter,
  type FastifyAdapterOptions,
  setUpFastify,
} from "./ops/fastify-server";
export { openApiDocument, setUpOpenApi } from "./ops/open-api";
export { OpsModule } from "./ops/ops.module";
export { createLogger, logRequests } from "./ops/request-log";
export { RateLimited } from "./rate-limits/rate-limited.decorator";
export { RateLimitsModule } from "./rate-limits/rate-limits.module";
export type {
  RateLimit,
  RateLimitName,
  RateLimitsOptions,
} from "./rate-limits/rate-limits.options";
export {
  ProtectingSecurityEventHandler,
  SecurityEventHandler,
} from "./security-events/security-event-handler.port";
export { SecurityEventsModule } from "./security-events/security-events.module";
export { OneTimeMarks } from "./sessions/one-time-marks";
export type { OneTimeRules, OneTimeUse } from "./sessions/one-time-use";
export {
  type Session,
  type SessionContext,
  type SessionProof,
  SessionStore,
  type Ending,
  type EndingOfAll,
  type EndReason,
  type PresentedRefreshToken,
  type RefreshOutcome,
  type SignInOptions,
  type SignInOutcome,
} from "./sessions/session-store.port";
export { RefreshTokens } from "./sessions/refresh-tokens";
export { Revocations } from "./sessions/revocations";
export { SessionsModule } from "./sessions/sessions.module";
export type { SessionsOptions } from "./sessions/sessions.options";
export { TypeormSessionStore } from "./sessions/typeorm-session-store";
export type {
  AccessTokenSubject,
  TokenConfirmation,
} from "./tokens/access-token.subject";
export { AccessTokens, type IssuedAccessToken } from "./tokens/access-tokens";
export { es256SignatureFromDer } from "./tokens/es256-signature";
export { jwksMaxAgeSeconds, reloadIntervalSeconds } from "./tokens/key-life";
export { localSigningKey } from "./tokens/local-signing-key";
export { PemSigningKeys } from "./tokens/pem-signing-keys";
export { publishedKey } from "./tokens/published-key";
export type {
  RemovalOutcome,
  RotationOutcome,
  SigningKeyChange,
} from "./tokens/signing-key-change";
export { SigningKeyStore } from "./tokens/signing-key-store";
export type { StoredKey } from "./tokens/signing-key.rows";
export {
  type PublishedKey,
  type SigningKey,
  SigningKeys,
  type VerificationKey,
} from "./tokens/signing-keys.port";
export { StoredSigningKeys } from "./tokens/stored-signing-keys";
export type { DpopRules } from "./tokens/dpop.options";
export { TokensModule } from "./tokens/tokens.module";
export type { TokensOptions } from "./tokens/tokens.options";
export { ClassProfileSchema } from "./users/class-profile-schema";
export { OpenProfileSchema } from "./users/open-profile-schema";
export {
  type ParsedProfile,
  type Profile,
  ProfileSchema,
} from "./users/profile-schema.port";
export { TypeormUserDirectory } from "./users/typeorm-user-directory";
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
export type { UsersOptions } from "./users/users.options";
