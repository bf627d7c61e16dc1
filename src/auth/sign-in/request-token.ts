import { AuthError } from "../../common/auth-error";

/**
 * The names that Google's clients have used for the ID token over the years.
 */
export const idTokenFields = [
  "idToken",
  "idtoken",
  "id_token",
  "credential",
] as const;

/**
 * The ID token of a request body: a non-empty string under exactly one of the
 * names above (the same token under two names is accepted). It is used as sent:
 * spaces, quotes or a `Bearer` prefix are not removed.
 *
 * @param body as the platform parsed it; untrusted
 * @throws AuthError `invalid_request`
 */
export function idTokenFromBody(body: unknown): string {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new AuthError("invalid_request", {
      errors: [
        {
          field: "idToken",
          message: `send one of ${idTokenFields.join(", ")}`,
        },
      ],
    });
  }
  const sent = idTokenFields.filter((field) => Object.hasOwn(body, field));
  const tokens = new Set<string>();
  for (const field of sent) {
    const value: unknown = (body as Record<string, unknown>)[field];
    if (typeof value !== "string" || value === "") {
      throw new AuthError("invalid_request", {
        errors: [{ field, message: "must be a non-empty string, sent once" }],
      });
    }
    tokens.add(value);
  }
  const [token] = tokens;
  if (token === undefined || tokens.size > 1) {
    throw new AuthError("invalid_request", {
      errors: [
        {
          field: sent[0] ?? "idToken",
          message: `send exactly one of ${idTokenFields.join(", ")}`,
        },
      ],
    });
  }
  return token;
}
