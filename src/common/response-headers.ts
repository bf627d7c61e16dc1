/** The response headers in the OpenAPI description, one component each. */
export const responseHeaders = {
  "Retry-After": {
    description: "Seconds after which to try again",
    schema: { type: "integer", minimum: 1, example: 30 },
  },
  "WWW-Authenticate": {
    description:
      "What is wrong with the access token, or that none was sent (RFC 6750, RFC 9449, RFC 9470)",
    schema: { type: "string", example: 'Bearer error="invalid_token"' },
  },
  "Set-Cookie": {
    description:
      "The refresh token for a page of an allowed origin, if `REFRESH_COOKIE=browser`; the cookie is cleared on sign-out",
    schema: {
      type: "string",
      example:
        "__Host-refresh=…; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Strict",
    },
  },
  "DPoP-Nonce": {
    description: "The nonce for the next DPoP proof (RFC 9449 §8)",
    schema: { type: "string" },
  },
  Location: {
    description: "The page of the app",
    schema: { type: "string", format: "uri" },
  },
} as const;

/** The name of a header of {@link responseHeaders}. */
export type ResponseHeaderName = keyof typeof responseHeaders;

/** The headers of a response in an OpenAPI description, as references; undefined for none. */
export function headerRefs(
  ...names: ResponseHeaderName[]
): Record<string, { $ref: string }> | undefined {
  if (names.length === 0) return undefined;
  return Object.fromEntries(
    names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );
}
