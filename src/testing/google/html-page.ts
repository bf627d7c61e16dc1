import { createHash } from "node:crypto";
import type { EmulatorAnswer } from "./emulator-answer";

/** HTML that needs no escaping any more. */
export class Html {
  constructor(readonly text: string) {}
}

type Inserted = string | Html | readonly Html[];

/** HTML whose inserted texts are escaped: in text and in quoted attributes. */
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

/** What a page may do beyond showing itself. */
export interface PageOptions {
  readonly status?: number;
  /** A script of ours: it is named by its hash, and no other runs. */
  readonly script?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem;color:#1f1f1f}
h1{font-size:1.4rem;font-weight:500}
ul{list-style:none;padding:0}
a,button{display:block;width:100%;box-sizing:border-box;padding:.7rem 1rem;margin:.4rem 0;border:1px solid #c4c7c5;border-radius:.5rem;background:#fff;color:inherit;font:inherit;text-align:left;text-decoration:none;cursor:pointer}
a:hover,button:hover{background:#f2f6fc}
small{display:block;color:#5f6368;overflow-wrap:anywhere}`;

/**
 * A page that loads nothing, runs at most its own script, and is never stored
 * or framed. Where its forms and links lead is checked before, as browsers would
 * check it again at every redirect of the app's.
 */
export function pageAnswer(
  title: string,
  body: Html,
  { status = 200, script, headers }: PageOptions = {},
): EmulatorAnswer {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(STYLE)}'`,
    ...(script === undefined ? [] : [`script-src '${hashOf(script)}'`]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<h1>${title}</h1>
${body}
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
      // The origin is told, as Google's is; the query, with its state, is not.
      "Referrer-Policy": "origin",
      "X-Content-Type-Options": "nosniff",
      ...headers,
    },
    body: page.text,
  };
}

/** A page that posts a form to another site, by itself or at a click. */
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
