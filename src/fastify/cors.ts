import type { FastifyAdapter } from "@nestjs/platform-fastify";

/** How long a browser may remember the answer to a preflight, in seconds. */
const preflightMaxAgeSeconds = 600;

/**
 * What a script of an allowed origin may read of an answer, beside its body. A
 * client that makes DPoP proofs learns from the date how wrong its clock is.
 */
const exposedHeaders = [
  "Retry-After",
  "WWW-Authenticate",
  "DPoP-Nonce",
  "Date",
];

/**
 * The headers that let a page read an answer which does not come from a route.
 *
 * @param origin of the page; untrusted
 */
export function corsHeaders(
  origins: readonly string[],
  origin: string | undefined,
): Record<string, string> {
  if (origin === undefined || !origins.includes(origin)) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": exposedHeaders.join(", "),
  };
}

/**
 * Lets front ends of other origins read the answers. Any other origin gets the
 * same answer as without CORS.
 *
 * @param origins compared as texts; these and no others
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function allowOrigins(
  adapter: FastifyAdapter,
  origins: readonly string[],
): void {
  const allowed = new Set(origins);
  adapter.enableCors({
    // In its usual place, Nest copies headers about for middleware that we do
    // not have, on every request.
    hook: "preParsing",
    origin: (origin, callback) =>
      callback(null, origin !== undefined && allowed.has(origin) && origin),
    credentials: true,
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    // No list of allowed headers: those that a preflight asks for are allowed.
    // A script of an allowed origin may do anything here in any case, and
    // tracing adds headers to its requests that nobody could list.
    exposedHeaders,
    maxAge: preflightMaxAgeSeconds,
    // A preflight that asks for nothing is answered, not refused as plain text.
    strictPreflight: false,
  });
}
