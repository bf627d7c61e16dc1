export type { KeyCaching } from "./emulator-answer";
export { EmulatorInputError } from "./emulator-input-error";
export {
  type GoogleAccount,
  type GoogleAccountName,
  googleAccounts,
  newAccount,
} from "./google-accounts";
export { GoogleEmulator } from "./google-emulator";
export {
  emulatorClientIds,
  type GoogleEmulatorOptions,
} from "./google-emulator.options";
export { googlePaths } from "./google-emulator.routes";
export type { EndpointFault } from "./google-faults";
export type { IdTokenOptions } from "./google-id-token.mint";
export type { KeyRotation } from "./google-key-ring";
export type {
  SecurityEventTokenOptions,
  ServiceAccountTokenOptions,
} from "./google-other-tokens.mint";
export type { SeenRequest } from "./google-request-log";
export { type GoogleSigningKey, newSigningKey } from "./google-signing-key";
export type { TokenAlgorithm, TokenOptions } from "./google-token.signer";
export { SteppedClock } from "./stepped-clock";
export { TestDatabase } from "./test-database";
export { TestService, type TestServiceOptions } from "./test-service";
