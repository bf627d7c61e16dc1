import { AuthError } from "../../common/auth-error";

/**
 * The parts of a request that may carry an access token, common to both HTTP
 * platforms.
 */
export interface TokenRequest {
  readonly method: string;
  /** As the client sent it, even if a router has removed a prefix. */
  readonly originalUrl: string;
  readonly headers: {
    readonly authorization?: string;
    readonly dpop?: string;
  };
  readonly query?: unknown;
  readonly body?: unknown;
}

const bearer = /^Bearer +([^\s]+)$/i;
const dpop = /^DPoP +([^\s]+)$/i;

/**
 * The token of `Authorization: Bearer`; null without the header, empty if the
 * header has another scheme.
 *
 * @throws AuthError `invalid_request` if it was also sent in another way
 */
export function bearerToken(request: TokenRequest): string | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  return only(bearer.exec(authorization), request) ?? "";
}

/** The token of `Authorization: DPoP`, or null if not present. As above. */
export function dpopToken(request: TokenRequest): string | null {
  return only(dpop.exec(request.headers.authorization ?? ""), request);
}

function only(
  match: RegExpExecArray | null,
  { query, body }: TokenRequest,
): string | null {
  // RFC 6750 §2: a client must not use more than one way to send the token.
  if (match && (has(query, "access_token") || has(body, "access_token"))) {
    throw new AuthError("invalid_request", {
      errors: [
        {
          field: "access_token",
          message: "send the access token only in the Authorization header",
        },
      ],
    });
  }
  return match?.[1] ?? null;
}

function has(part: unknown, name: string): boolean {
  return typeof part === "object" && part !== null && Object.hasOwn(part, name);
}
