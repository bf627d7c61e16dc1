/** The content of a page. */
export interface PageOptions {
  readonly title: string;
  /** The folder of its files, relative to the page's own address. */
  readonly files: string;
  /** The name of its script, without an extension. */
  readonly script: string;
  /** The URL of Google's sign-in script. */
  readonly googleScriptUrl: string;
  /** The settings passed to the script. */
  readonly settings: object;
  /** Other origins that the script may call. */
  readonly connectTo?: readonly string[];
}

/** A page and its headers. */
export interface PageDocument {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A page whose script and style are files, under a policy without
 * `unsafe-inline`. Nothing else is loaded except Google's sign-in script and
 * what it displays.
 *
 * @see https://developers.google.com/identity/gsi/web/guides/get-google-api-clientid#content_security_policy
 */
export function pageDocument(page: PageOptions): PageDocument {
  const { title, files, script, settings } = page;
  const google = new URL("/gsi/", page.googleScriptUrl).href;
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${page.googleScriptUrl}`,
    `style-src 'self' ${google}style`,
    "img-src 'self' data:",
    `connect-src ${["'self'", google, ...(page.connectTo ?? [])].join(" ")}`,
    `frame-src ${google}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="settings" content="${escaped(JSON.stringify(settings))}">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${files}ui.css">
<script defer src="${files}${script}.js"></script>
</head>
<body>
<div id="app"><main><p>Loading…</p></main></div>
<noscript><main><p>This page needs JavaScript.</p></main></noscript>
</body>
</html>
`;
  return {
    html,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy.join("; "),
      "Cache-Control": "no-cache",
      // The popup needs access to the page that opened it.
      "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
      // Google checks the origin of the page.
      "Referrer-Policy": "strict-origin-when-cross-origin",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    },
  };
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;");
}
