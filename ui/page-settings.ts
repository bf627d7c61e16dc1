/** The settings of a page, from the server's `<meta name="settings">`. */
export interface PageSettings {
  readonly clientId: string;
  readonly googleScriptUrl: string;
  /** Where the service puts the refresh token. */
  readonly refresh: "cookie" | "body";
  /** Whether the service requires DPoP proofs. */
  readonly dpop?: boolean;
  /** The URL of the emulator; only in the demo. */
  readonly googleUrl?: string;
}

export const settings = JSON.parse(
  document.querySelector<HTMLMetaElement>('meta[name="settings"]')?.content ??
    "{}",
) as PageSettings;

/** The base URL of the API: the page's folder, including any prefix. */
export const apiBase = new URL(".", location.href);
