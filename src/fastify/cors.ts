import type { FastifyAdapter } from "@nestjs/platform-fastify";

/** How long a browser may remember the answer to a preflight, in seconds. */
const preflightMaxAgeSeconds = 600;

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
    // A client that makes DPoP proofs learns from the date how wrong its clock is.
    exposedHeaders: ["Retry-After", "WWW-Authenticate", "DPoP-Nonce", "Date"],
    maxAge: preflightMaxAgeSeconds,
    // A preflight that asks for nothing is answered, not refused as plain text.
    strictPreflight: false,
  });
}
