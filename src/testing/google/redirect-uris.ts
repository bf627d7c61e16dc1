/** The allowed redirect URIs. */
export interface RedirectUriOptions {
  /**
   * The exact redirect and login URIs of the app. Default: any local http or
   * https URL.
   */
  readonly redirectUris?: readonly string[];
}

/**
 * Whether a redirect URI is allowed: a registered one or, if none are
 * registered, a local one. Anything else would make the emulator an open
 * redirector.
 */
export function isRedirectUri(
  uri: string,
  { redirectUris }: RedirectUriOptions,
): boolean {
  if (redirectUris !== undefined) {
    return redirectUris.includes(uri);
  }
  const url = httpUrl(uri);
  // Refuses characters that browsers may parse differently.
  const isPlain = /^[\x21-\x7e]+$/.test(uri) && !/[\\#]/.test(uri);
  return url !== undefined && isPlain && isLoopback(url);
}

/**
 * Parses an absolute http or https URL without credentials; undefined for
 * anything else.
 */
export function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url !== undefined &&
    ["http:", "https:"].includes(url.protocol) &&
    url.username === "" &&
    url.password === "";
  return isPlain ? url : undefined;
}

/** Whether the host of a URL is local, by name or address. */
export function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
