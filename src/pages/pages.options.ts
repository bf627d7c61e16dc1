/** What the pages are told of Google. */
export interface PagesOptions {
  /** Of the web front end. */
  readonly clientId: string;
  /** Google's sign-in script; outside production also the emulator's. */
  readonly googleScriptUrl: string;
}

export const PAGES_OPTIONS = Symbol("PAGES_OPTIONS");
