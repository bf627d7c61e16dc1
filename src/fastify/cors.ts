import type { FastifyAdapter } from "@nestjs/platform-fastify";

/** How long a browser may cache the response to a preflight, in seconds. */
const preflightMaxAgeSeconds = 600;

/**
 * Response headers that a script of an allowed origin may read. A client that
 * creates DPoP proofs uses the date to correct its clock.
 */
const exposedHeaders = [
  "Retry-After",
  "WWW-Authenticate",
  "DPoP-Nonce",
  "Date",
];

/**
 * The headers that let a page read a response that does not come from a route.
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
 * Lets front ends on other origins read the responses. Any other origin gets
 * the same response as without CORS.
 *
 * @param origins compared as strings; only these are allowed
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function allowOrigins(
  adapter: FastifyAdapter,
  origins: readonly string[],
): void {
  const allowed = new Set(origins);
  adapter.enableCors({
    // In its usual place, Nest would copy headers on every request for
    // middleware that we do not have.
    hook: "preParsing",
    origin: (origin, callback) =>
      callback(null, origin !== undefined && allowed.has(origin) && origin),
    credentials: true,
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    // No list of allowed headers: those that a preflight requests are allowed.
    // A script of an allowed origin may do anything here anyway, and tracing
    // adds headers to requests that cannot be listed in advance.
    exposedHeaders,
    maxAge: preflightMaxAgeSeconds,
    // An empty preflight is answered, not refused with plain text.
    strictPreflight: false,
  });
}
