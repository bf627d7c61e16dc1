import { httpUrl, isLoopback } from "./loopback-url";

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
