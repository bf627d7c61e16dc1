import type { RedirectOptions } from "../auth.options";

/**
 * The redirect target after a successful sign-in. Only configured URLs,
 * compared exactly, so there is no open redirect.
 *
 * @param state as it was sent; untrusted
 */
export function redirectTarget(
  state: unknown,
  { appUrl, otherUrls }: RedirectOptions,
): string {
  return otherUrls.find((url) => url === state) ?? appUrl;
}

/**
 * The redirect target after a failed sign-in: the app's URL with `error` in the
 * query.
 */
export function failureTarget(code: string, appUrl: string): string {
  const url = new URL(appUrl);
  url.searchParams.set("error", code);
  return url.href;
}
