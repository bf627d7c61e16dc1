/** What the server tells a page, in its `<meta name="settings">`. */
export interface PageSettings {
  readonly clientId: string;
  readonly googleScriptUrl: string;
  /** Where the service puts the refresh token. */
  readonly refresh: "cookie" | "body";
  /** Whether the service requires DPoP proofs. */
  readonly dpop?: boolean;
  /** Of the demo only: the emulator. */
  readonly googleUrl?: string;
}

export const settings = JSON.parse(
  document.querySelector<HTMLMetaElement>('meta[name="settings"]')?.content ??
    "{}",
) as PageSettings;

/** Where the API is: beside the page, whatever prefix both have. */
export const apiBase = new URL(".", location.href);
