import {
  cachingHeaders,
  jsonAnswer,
  type EmulatorRoute,
  type KeyCaching,
} from "./emulator-answer";
import { GOOGLE_ISSUER } from "./google-id-token.mint";
import type { GoogleKeyRing } from "./google-key-ring";

/** Where Google's endpoints stand; the paths are those of Google's hosts. */
export const googlePaths = {
  /** Certificates by key id. */
  certs: "/oauth2/v1/certs",
  /** The same keys as a JWKS. */
  jwks: "/oauth2/v3/certs",
  discovery: "/.well-known/openid-configuration",
} as const;

/** What the endpoints answer from, read anew at each request. */
export interface GoogleState {
  readonly keys: GoogleKeyRing;
  /** The emulator's base URL, without a slash at its end. */
  readonly url: string;
  readonly caching: KeyCaching;
  now(): Date;
}

const DISCOVERY_CACHING: KeyCaching = { maxAgeSeconds: 3600, ageSeconds: 0 };

/** Google's endpoints: one entry each. */
export function googleRoutes(state: GoogleState): readonly EmulatorRoute[] {
  const cached = (value: unknown, caching: KeyCaching) =>
    jsonAnswer(value, { headers: cachingHeaders(state.now(), caching) });
  return [
    {
      method: "GET",
      path: googlePaths.certs,
      answer: () => cached(state.keys.certificates(), state.caching),
    },
    {
      method: "GET",
      path: googlePaths.jwks,
      answer: () => cached(state.keys.jwks(), state.caching),
    },
    {
      method: "GET",
      path: googlePaths.discovery,
      answer: () => cached(discoveryDocument(state.url), DISCOVERY_CACHING),
    },
  ];
}

/**
 * Google's OpenID Connect discovery document with its endpoints moved here. The
 * issuer is Google's: it is what the tokens say.
 * https://accounts.google.com/.well-known/openid-configuration
 */
function discoveryDocument(url: string) {
  return {
    issuer: GOOGLE_ISSUER,
    authorization_endpoint: `${url}/o/oauth2/v2/auth`,
    device_authorization_endpoint: `${url}/device/code`,
    token_endpoint: `${url}/token`,
    userinfo_endpoint: `${url}/v1/userinfo`,
    revocation_endpoint: `${url}/revoke`,
    jwks_uri: `${url}${googlePaths.jwks}`,
    response_types_supported: [
      "code",
      "token",
      "id_token",
      "code token",
      "code id_token",
      "token id_token",
      "code token id_token",
      "none",
    ],
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid", "email", "profile"],
    token_endpoint_auth_methods_supported: [
      "client_secret_post",
      "client_secret_basic",
    ],
    claims_supported: [
      "aud",
      "email",
      "email_verified",
      "exp",
      "family_name",
      "given_name",
      "iat",
      "iss",
      "name",
      "picture",
      "sub",
    ],
    code_challenge_methods_supported: ["plain", "S256"],
    grant_types_supported: [
      "authorization_code",
      "refresh_token",
      "urn:ietf:params:oauth:grant-type:device_code",
      "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ],
  };
}
