import { AuthError } from "../../common/auth-error";
import type { HttpRequest } from "../../common/http-request";

const bearer = /^Bearer +([^\s]+)$/i;
const dpop = /^DPoP +([^\s]+)$/i;

/**
 * The token of `Authorization: Bearer`; null without the header, empty if the
 * header has another scheme.
 *
 * @throws AuthError `invalid_request` if it was also sent in another way
 */
export function bearerToken(request: HttpRequest): string | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  return only(bearer.exec(authorization), request) ?? "";
}

/** The token of `Authorization: DPoP`, or null if not present. As above. */
export function dpopToken(request: HttpRequest): string | null {
  return only(dpop.exec(request.headers.authorization ?? ""), request);
}

function only(
  match: RegExpExecArray | null,
  { query, body }: HttpRequest,
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
