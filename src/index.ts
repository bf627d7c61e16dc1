export { AccessTokenGuard } from "./auth/access-token.guard";
export { AuthModule } from "./auth/auth.module";
export type { AuthOptions } from "./auth/auth.options";
export { GoogleIdTokenGuard } from "./auth/google-id-token.guard";
export { GoogleIdTokenStrategy } from "./auth/google-id-token.strategy";
export { type SignedIn, SignIn } from "./auth/sign-in";
export {
  type Admission,
  ConfiguredSignInPolicy,
  SignInPolicy,
} from "./auth/sign-in-policy.port";
export {
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
export { Database } from "./database/database";
export { DatabaseModule } from "./database/database.module";
export {
  type DatabaseOptions,
  dataSourceOptions,
} from "./database/data-source";
export { migrate } from "./database/migrate";
export type { EmailAuthority } from "./identity/email-authority";
export { IdentityModule } from "./identity/identity.module";
export type { IdentityOptions } from "./identity/identity.options";
export { IdentityVerifier } from "./identity/identity-verifier.port";
export { GoogleIdTokenVerifier } from "./identity/google/google-id-token.verifier";
export type { VerifiedIdentity } from "./identity/verified-identity";
export { fastifyAdapter, setUpFastify } from "./ops/fastify-server";
export { openApiDocument, setUpOpenApi } from "./ops/open-api";
export { OpsModule } from "./ops/ops.module";
export { createLogger, logRequests } from "./ops/request-log";
export {
  type Session,
  type SessionContext,
  SessionStore,
  type SignInOutcome,
} from "./sessions/session-store.port";
export { SessionsModule } from "./sessions/sessions.module";
export type { SessionsOptions } from "./sessions/sessions.options";
export { TypeormSessionStore } from "./sessions/typeorm-session-store";
export { AccessTokens } from "./tokens/access-tokens";
export {
  type PublishedKey,
  type SigningKey,
  SigningKeys,
} from "./tokens/signing-keys.port";
export { StoredSigningKeys } from "./tokens/stored-signing-keys";
export { TokensModule } from "./tokens/tokens.module";
export type { TokensOptions } from "./tokens/tokens.options";
export { TypeormUserDirectory } from "./users/typeorm-user-directory";
export {
  type FindOrCreateOptions,
  type FindOrCreateOutcome,
  type User,
  UserDirectory,
} from "./users/user-directory.port";
export { UserDto } from "./users/user.dto";
export { UsersModule } from "./users/users.module";
