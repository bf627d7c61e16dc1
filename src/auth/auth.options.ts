import type { OneTimeRules } from "../sessions/one-time-use";

/** Where browsers go after a sign-in by redirect. */
export interface RedirectOptions {
  /** The page of the app that they come back to. */
  readonly appUrl: string;
  /** Other pages that the `state` may name; compared as texts. */
  readonly otherUrls: readonly string[];
}

/** How the refresh token travels. */
export interface RefreshCookieOptions {
  /** Whether pages of an allowed origin get it in a cookie. */
  readonly isOn: boolean;
  readonly sameSite: "strict" | "none";
  /** Whether the service is reached by https. */
  readonly isSecure: boolean;
}

/** Who may sign in. */
export interface AuthOptions {
  /** Google Workspace domains (`hd`) that may sign in; empty: any account. */
  readonly hostedDomains: readonly string[];
  /** Refuse accounts whose e-mail address is missing or unverified. */
  readonly requireVerifiedEmail: boolean;
  /** Whether an identity that is not known yet becomes a user. */
  readonly signUp: "open" | "closed";
  /** The origins whose pages may sign in, this service's own among them; compared as texts. */
  readonly allowedOrigins: readonly string[];
  /** What may be used for one sign-in only. */
  readonly oneTime: OneTimeRules;
  readonly refreshCookie: RefreshCookieOptions;
  /** Absent or null: there is no sign-in by redirect. */
  readonly redirect?: RedirectOptions | null;
  /** Answer `/tokeninfo`, never in production. Absent or null: do not. */
  readonly tokeninfo?: {
    /** Google's own, for comparison. */
    readonly googleUrl: string;
  } | null;
}

export const AUTH_OPTIONS = Symbol("AUTH_OPTIONS");
