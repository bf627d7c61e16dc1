import type { OneTimeRules } from "../sessions/one-time-use";

/** Where browsers go after a sign-in by redirect. */
export interface RedirectOptions {
  /** The page of the app that they return to. */
  readonly appUrl: string;
  /** Other pages that the `state` may name; compared as strings. */
  readonly otherUrls: readonly string[];
}

/** How the refresh token is transported. */
export interface RefreshCookieOptions {
  /** Whether pages of an allowed origin receive it in a cookie. */
  readonly isOn: boolean;
  readonly sameSite: "strict" | "none";
  /** Whether clients reach the service over https. */
  readonly isSecure: boolean;
}

/** Who may sign in. */
export interface AuthOptions {
  /** Google Workspace domains (`hd`) that may sign in; empty: any account. */
  readonly hostedDomains: readonly string[];
  /** Refuse accounts whose e-mail address is missing or unverified. */
  readonly requireVerifiedEmail: boolean;
  /** Whether an unknown identity becomes a user. */
  readonly signUp: "open" | "closed";
  /**
   * The origins whose pages may sign in, including this service's own; compared
   * as strings.
   */
  readonly allowedOrigins: readonly string[];
  /** Which credentials can be used for only one sign-in. */
  readonly oneTime: OneTimeRules;
  readonly refreshCookie: RefreshCookieOptions;
  /** Absent or null: sign-in by redirect is off. */
  readonly redirect?: RedirectOptions | null;
  /** Serve `/tokeninfo`, never in production. Absent or null: off. */
  readonly tokeninfo?: {
    /** The URL of Google's own endpoint, for comparison. */
    readonly googleUrl: string;
  } | null;
}

export const AUTH_OPTIONS = Symbol("AUTH_OPTIONS");
