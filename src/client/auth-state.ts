import type { components } from "./api-schema";
import type { AuthClientError } from "./auth-client-error";
import type { ErrorCode } from "./problem-codes";

export type User = components["schemas"]["UserDto"];
export type Tokens = components["schemas"]["TokensDto"];
export type SignInAnswer = components["schemas"]["SignInResponseDto"];

/** Who is signed in, shared by all tabs. */
export type AuthState =
  /**
   * Not known yet; with the error if it could not be determined because the
   * network or the service failed.
   */
  | { readonly status: "loading"; readonly error?: AuthClientError }
  | { readonly status: "signed_in"; readonly user: User }
  /** Signed in, and the app's required profile fields are missing. */
  | { readonly status: "incomplete"; readonly user: User }
  /** `signed_out` by the user; else why the service ended it, `no_session` on a first visit. */
  | {
      readonly status: "signed_out";
      readonly reason: "signed_out" | ErrorCode;
    };

/** An access token and how long it can be used. */
export interface Held {
  readonly tokens: Tokens;
  /** By this program's monotonic clock, in milliseconds. */
  readonly expiresAt: number;
}

/** A clock independent of the device's, which may be wrong or be changed. */
export const monotonic = (): number => performance.now();

/**
 * @param since when the request was sent, which is the earliest time the token
 * can have been issued
 */
export function held(tokens: Tokens, since: number): Held {
  const { expiresIn } = tokens;
  const spare = Math.min(30, expiresIn / 10);
  return { tokens, expiresAt: since + (expiresIn - spare) * 1000 };
}
