// A service under test, its database and its clock.
export { FrozenClock } from "./frozen-clock";
export { SteppedClock } from "./stepped-clock";
export { TestDatabase } from "./test-database";
export {
  type RootModule,
  TestApp,
  type TestAppOptions,
  type TestSite,
} from "./test-app";
export { TestService, type TestServiceOptions } from "./test-service";

// The emulator of Google.
export { GoogleEmulator } from "./google/emulator";
export {
  type GoogleAccount,
  type GoogleAccountName,
  googleAccounts,
  newAccount,
} from "./google/accounts";
export type { KeyCaching } from "./google/emulator-answer";
export { EmulatorInputError } from "./google/emulator-input";
export {
  emulatorClientIds,
  type GoogleEmulatorOptions,
} from "./google/emulator.options";
export { googlePaths } from "./google/emulator.routes";
export type { EndpointFault } from "./google/faults";
export type { SeenRequest } from "./google/request-log";

export type { SignedInUser, SignInOptions, SignInSite } from "./google/sign-in";

// Its tokens, codes and keys.
export type { AuthorizationCodeOptions } from "./google/authorization-code.options";
export type { CodeChallengeMethod } from "./google/authorization-codes";
export type { IdTokenOptions } from "./google/id-token.mint";
export type { KeyRotation } from "./google/key-ring";
export type {
  SecurityEventTokenOptions,
  ServiceAccountTokenOptions,
} from "./google/other-tokens.mint";
export { type GoogleSigningKey, newSigningKey } from "./google/signing-key";
export type { TokenAlgorithm, TokenOptions } from "./google/token.signer";

// Its security events (Cross-Account Protection).
export {
  type SecurityEventDetails,
  type SecurityEventName,
  securityEventTypes,
} from "./google/risc.events";
export type { SecurityReport, SecurityReportOptions } from "./google/risc";
export type {
  ServiceAccountKey,
  ServiceAccountOptions,
} from "./google/service-account";
export { RISC_API_AUDIENCE } from "./google/service-account.auth";
export type {
  DeliveryAttempt,
  DeliveryOutcome,
  SecurityDelivery,
  TransmitterOptions,
} from "./google/transmitter";

// Contract tests for your own store, directory or key source.
export {
  looseTransaction,
  type Outage,
  type RunTransaction,
} from "./contracts/contract-runs";
export {
  type SessionStoreContract,
  sessionStoreContract,
} from "./contracts/session-store.contract";
export type {
  SessionStoreRules,
  SessionStoreSetup,
  SessionStoreUnderTest,
} from "./contracts/session-store.setup";
export {
  type UserDirectoryContract,
  userDirectoryContract,
} from "./contracts/user-directory.contract";
export type {
  UserDirectorySetup,
  UserDirectoryUnderTest,
} from "./contracts/user-directory.setup";
export {
  type RevocationsContract,
  revocationsContract,
} from "./contracts/revocations.contract";
export type {
  RevocationsInstance,
  RevocationsSetup,
  RevocationsUnderTest,
} from "./contracts/revocations.setup";
export {
  type SigningKeysContract,
  signingKeysContract,
  type SigningKeysUnderTest,
} from "./contracts/signing-keys.contract";
export {
  type ThrottlerStorageContract,
  throttlerStorageContract,
  type ThrottlerStorageUnderTest,
} from "./contracts/throttler-storage.contract";
