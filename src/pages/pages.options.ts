/** The Google settings of the pages. */
export interface PagesOptions {
  /** The client id of the web front end. */
  readonly clientId: string;
  /** Google's sign-in script, or outside production the emulator's. */
  readonly googleScriptUrl: string;
  /** Where the service puts the refresh token of a page. */
  readonly refresh: "cookie" | "body";
  /** Whether the service requires DPoP proofs. */
  readonly dpop: boolean;
}

export const PAGES_OPTIONS = Symbol("PAGES_OPTIONS");
