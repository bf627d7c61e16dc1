import { timingSafeEqual } from "node:crypto";
import type { EmulatorRequest } from "./emulator-answer";
import { OAuthRefusal, type Form } from "./oauth-form";

/** The registered clients: several ids with one secret. */
export interface RegisteredClients {
  readonly clientIds: readonly string[];
  readonly clientSecret: string;
}

interface Credentials {
  readonly id: string;
  readonly secret: string | undefined;
}

/**
 * Authenticates the client with `client_secret_post` or `client_secret_basic`,
 * RFC 6749 §2.3.1.
 *
 * @returns its client id
 * @throws OAuthRefusal 401 `invalid_client` if it is unknown or its secret is
 *   wrong; `invalid_request` if the id or secret is missing or sent twice
 */
export function authenticateClient(
  { clientIds, clientSecret }: RegisteredClients,
  request: EmulatorRequest,
  form: Form,
): string {
  const basic = basicCredentials(request.headers.authorization);
  const { id, secret } = basic ?? postedCredentials(form);
  const challenge: Record<string, string> = basic
    ? { "WWW-Authenticate": 'Basic realm="accounts.google.com"' }
    : {};
  if (basic && form.has("client_secret")) {
    throw new OAuthRefusal(
      "invalid_request",
      "Client authentication must be sent only once.",
    );
  }
  if (!clientIds.includes(id)) {
    throw new OAuthRefusal(
      "invalid_client",
      "The OAuth client was not found.",
      401,
      challenge,
    );
  }
  if (!secret) {
    throw new OAuthRefusal("invalid_request", "client_secret is missing.");
  }
  if (!isSame(secret, clientSecret)) {
    throw new OAuthRefusal("invalid_client", "Unauthorized", 401, challenge);
  }
  return id;
}

function postedCredentials(form: Form): Credentials {
  const id = form.get("client_id");
  if (id === undefined) {
    throw new OAuthRefusal(
      "invalid_request",
      "Could not determine client ID from request.",
    );
  }
  return { id, secret: form.get("client_secret") };
}

/** Both parts are form-encoded before they are joined, RFC 6749 §2.3.1. */
function basicCredentials(authorization = ""): Credentials | undefined {
  const [, encoded] = /^Basic +([\w+/=-]+)$/i.exec(authorization) ?? [];
  if (encoded === undefined) {
    return undefined;
  }
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  if (colon < 0) {
    return { id: formDecoded(text), secret: undefined };
  }
  return {
    id: formDecoded(text.slice(0, colon)),
    secret: formDecoded(text.slice(colon + 1)),
  };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function isSame(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)];
  return a.length === b.length && timingSafeEqual(a, b);
}
