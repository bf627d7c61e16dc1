import type { components } from "./api-schema";
import type { AuthClientError } from "./auth-client-error";
import type { ErrorCode } from "./problem-codes";

export type User = components["schemas"]["UserDto"];
export type Tokens = components["schemas"]["TokensDto"];
export type SignInAnswer = components["schemas"]["SignInResponseDto"];

/** Who is signed in, as every tab knows it. */
export type AuthState =
  /** Not known yet; with the error, where finding out failed: the network, the service. */
  | { readonly status: "loading"; readonly error?: AuthClientError }
  | { readonly status: "signed_in"; readonly user: User }
  /** Signed in, and the app's required profile fields are missing. */
  | { readonly status: "incomplete"; readonly user: User }
  /** `signed_out` by the user; else why the service ended it, `no_session` on a first visit. */
  | {
      readonly status: "signed_out";
      readonly reason: "signed_out" | ErrorCode;
    };

/** An access token and until when it is worth sending. */
export interface Held {
  readonly tokens: Tokens;
  /** By this program's monotonic clock, in milliseconds. */
  readonly expiresAt: number;
}

/** A clock that does not follow the device's: that may be wrong, and be set. */
export const monotonic = (): number => performance.now();

/** @param since when the request was sent: the token is at most that old */
export function held(tokens: Tokens, since: number): Held {
  const { expiresIn } = tokens;
  const spare = Math.min(30, expiresIn / 10);
  return { tokens, expiresAt: since + (expiresIn - spare) * 1000 };
}
