import { createHash } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import helmet, { type HelmetOptions } from "helmet";

/** Header values by lower-case name. */
export type FixedHeaders = Readonly<Record<string, string>>;

const nothing = {
  defaultSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/**
 * The headers of every response: those of helmet's that matter for data. They
 * do not depend on the request, so helmet runs once and not per request.
 *
 * Cross-Origin-Resource-Policy is `same-origin` even with CORS: browsers apply
 * it only to resources fetched without CORS.
 *
 * @param https whether clients reach the service over TLS; adds
 *   Strict-Transport-Security
 */
export function dataHeaders(https: boolean): FixedHeaders {
  return headersOf({
    contentSecurityPolicy: { useDefaults: false, directives: nothing },
    strictTransportSecurity: https,
    xFrameOptions: { action: "deny" },
    // Only for pages or obsolete browsers; every header costs bytes in every
    // response.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
}

/**
 * The additional headers of an HTML page: the rest of helmet's, and a policy
 * that allows its own scripts and styles. Only the inline styles contained in
 * the page are allowed.
 *
 * @param html the page as it is sent
 */
export function pageHeaders(html: string): FixedHeaders {
  const blocks = html.matchAll(/<style>([\s\S]*?)<\/style>/g);
  const attributes = html.matchAll(/\sstyle="([^"]*)"/g);
  return headersOf({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...nothing,
        scriptSrc: ["'self'"],
        styleSrcElem: ["'self'", ...hashesOf(blocks)],
        styleSrcAttr: ["'unsafe-hashes'", ...hashesOf(attributes)],
        imgSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
      },
    },
    strictTransportSecurity: false,
    xFrameOptions: { action: "deny" },
  });
}

/** The headers that helmet would set. */
function headersOf(options: HelmetOptions): FixedHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, () => undefined);
  const headers = Object.entries(response.getHeaders());
  return Object.fromEntries(
    headers.map(([name, value]) => [name, String(value)]),
  );
}

function hashesOf(matches: Iterable<RegExpMatchArray>): string[] {
  return Array.from(matches, ([, text = ""]) => {
    const digest = createHash("sha256").update(text).digest("base64");
    return `'sha256-${digest}'`;
  });
}
