import type { RedirectOptions } from "../auth.options";

/**
 * Where the browser goes once its user is signed in. Only what the
 * configuration lists, compared exactly: there is no open redirect.
 *
 * @param state as it was sent; untrusted
 */
export function redirectTarget(
  state: unknown,
  { appUrl, otherUrls }: RedirectOptions,
): string {
  return otherUrls.find((url) => url === state) ?? appUrl;
}

/** Where it goes when that failed: `error` in the query of the app's URL. */
export function failureTarget(code: string, appUrl: string): string {
  const url = new URL(appUrl);
  url.searchParams.set("error", code);
  return url.href;
}
