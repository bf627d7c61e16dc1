/** `nest-google-auth/client`: sign-in for browsers, React Native and Node. */
export type { components } from "./api-schema";
export {
  type AuthClient,
  type AuthClientOptions,
  createAuthClient,
  type Credential,
} from "./auth-client";
export { AuthClientError, errorOf } from "./auth-client-error";
export type { AuthState, SignInAnswer, Tokens, User } from "./auth-state";
export type {
  GoogleButtonOptions,
  GoogleCredential,
  GoogleOptions,
} from "./google-sign-in";
export {
  type ClientErrorCode,
  type ErrorAction,
  type ErrorCode,
  problemCodes,
} from "./problem-codes";
export type { AuthStorage } from "./token-storage";
