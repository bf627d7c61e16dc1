/** The addresses that a sign-in may lead to. */
export interface RedirectUriOptions {
  /**
   * The exact redirect and login URIs of the app. Default: any http or https
   * URL of this machine, and no other.
   */
  readonly redirectUris?: readonly string[];
}

/**
 * Whether a sign-in may lead there: to a registered URI, or, when there are
 * none, to this machine. Nothing else, so that the emulator is no open redirector.
 */
export function isRedirectUri(
  uri: string,
  { redirectUris }: RedirectUriOptions,
): boolean {
  if (redirectUris !== undefined) {
    return redirectUris.includes(uri);
  }
  const url = httpUrl(uri);
  // What browsers read otherwise than we do has no place in a redirect.
  const isPlain = /^[\x21-\x7e]+$/.test(uri) && !/[\\#]/.test(uri);
  return url !== undefined && isPlain && isLoopback(url);
}

/**
 * The URL in a text, when it is an absolute one of http or https without
 * credentials.
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

/** Whether a URL leads to this machine, by name or address. */
export function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
