import { createHash } from "node:crypto";
import type { EmulatorAnswer } from "./emulator-answer";

/** Escaped HTML. */
export class Html {
  constructor(readonly text: string) {}
}

type Inserted = string | Html | readonly Html[];

/** HTML with inserted texts escaped, for text content and quoted attributes. */
export function markup(
  parts: TemplateStringsArray,
  ...inserted: readonly Inserted[]
): Html {
  const texts = inserted.map((value) =>
    typeof value === "string"
      ? escaped(value)
      : [value]
          .flat()
          .map((one) => one.text)
          .join(""),
  );
  return new Html(String.raw({ raw: parts }, ...texts));
}

/** What a page may do. */
export interface PageOptions {
  readonly status?: number;
  /** Our inline script. The policy allows it by its hash, and no others. */
  readonly script?: string;
  /** The only origin that may show the page in a frame. Default: none. */
  readonly framedBy?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const STYLE = `:root{color-scheme:light dark;--ground:#f0f4f9;--surface:#fff;--text:#1f1f1f;--muted:#5f6368;--line:#dadce0;--hover:#f2f6fc;--accent:#0b57d0}
@media (prefers-color-scheme:dark){:root{--ground:#1e1f20;--surface:#0e0e0e;--text:#e3e3e3;--muted:#b0b3b8;--line:#444746;--hover:#282a2c;--accent:#a8c7fa}}
*{box-sizing:border-box}
body{font:16px/1.5 "Google Sans",Roboto,system-ui,"DejaVu Sans",sans-serif;margin:0;background:var(--ground);color:var(--text)}
main{max-width:28rem;margin:min(8vh,4rem) auto;padding:1.75rem 1.5rem;background:var(--surface);border-radius:1.5rem}
h1{font-size:1.5rem;font-weight:400;line-height:1.25;margin:0 0 .5rem}
p{margin:0 0 1rem}
ul{list-style:none;margin:0;padding:0}
a,button,summary{display:flex;align-items:center;gap:.9rem;width:100%;padding:.7rem .5rem;border:0;border-bottom:1px solid var(--line);background:none;color:inherit;font:inherit;text-align:left;text-decoration:none;cursor:pointer}
a:hover,button:hover,summary:hover{background:var(--hover)}
:focus-visible{outline:3px solid var(--accent);outline-offset:-2px;border-radius:.4rem}
i{flex:none;display:grid;place-items:center;width:2.25rem;height:2.25rem;border-radius:50%;background:var(--accent);color:var(--surface);font-style:normal;font-weight:500}
a>span,summary>span{min-width:0}
small{display:block;color:var(--muted);overflow-wrap:anywhere}
summary{list-style:none}summary::-webkit-details-marker{display:none}
form{display:grid;gap:.75rem;padding:1rem .5rem}
label{display:grid;gap:.2rem;font-size:.9rem}
input{width:100%;padding:.6rem .7rem;border:1px solid var(--muted);border-radius:.4rem;background:none;color:inherit;font:inherit}
form button,.plain{width:auto;display:inline-flex;padding:.55rem 1.2rem;border:0;border-radius:1.4rem;background:var(--accent);color:var(--surface);font-weight:500}
form button:hover{background:var(--accent)}
.plain{background:none;color:var(--accent);margin:.5rem 0}`;

/**
 * A page that loads nothing, runs only its own script, is never cached and can
 * be framed by at most one origin. The targets of its forms and links must have
 * been validated: the policy does not restrict them, because browsers would
 * also apply it to the app's redirects.
 */
export function pageAnswer(
  title: string,
  body: Html,
  { status = 200, script, framedBy, headers }: PageOptions = {},
): EmulatorAnswer {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(STYLE)}'`,
    ...(script === undefined ? [] : [`script-src '${hashOf(script)}'`]),
    "base-uri 'none'",
    `frame-ancestors ${framedBy ?? "'none'"}`,
  ];
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
${script === undefined ? "" : new Html(`<script>${script}</script>`)}
</body>
</html>
`;
  return {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy.join("; "),
      "Cache-Control": "no-store",
      // Sends the origin, like Google, but not the query with its state.
      "Referrer-Policy": "origin",
      "X-Content-Type-Options": "nosniff",
      ...headers,
    },
    body: page.text,
  };
}

/** A page that posts a form to another site, automatically or on click. */
export function formPostAnswer(
  action: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer {
  const inputs = Object.entries(fields).map(
    ([name, value]) =>
      markup`<input type="hidden" name="${name}" value="${value}">`,
  );
  return pageAnswer(
    "Signing in",
    markup`<form method="post" action="${action}">${inputs}<button>Continue</button></form>`,
    { script: "document.forms[0].submit()", headers },
  );
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
