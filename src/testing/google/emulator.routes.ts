import {
  cachingHeaders,
  jsonAnswer,
  type EmulatorRoute,
  type KeyCaching,
} from "./emulator-answer";
import { RESPONSE_MODES, RESPONSE_TYPES } from "./authorization.request";
import { GOOGLE_ISSUER } from "./id-token.mint";
import type { GoogleKeyRing } from "./key-ring";
import { oauthPaths } from "./oauth.paths";
import { RISC_API_PATH, riscPaths } from "./risc.api";
import { PUSH_DELIVERY } from "./risc.stream";

/** The paths of Google's endpoints, as on Google's hosts. */
export const googlePaths = {
  /** Certificates by key id. */
  certs: "/oauth2/v1/certs",
  /** The same keys as a JWKS. */
  jwks: "/oauth2/v3/certs",
  discovery: "/.well-known/openid-configuration",
  riscDiscovery: "/.well-known/risc-configuration",
  ...oauthPaths,
  ...riscPaths,
} as const;

/** The state of the endpoints, read at each request. */
export interface GoogleState {
  readonly keys: GoogleKeyRing;
  /** The emulator's base URL, without a trailing slash. */
  readonly url: string;
  readonly caching: KeyCaching;
  now(): Date;
}

const DISCOVERY_CACHING: KeyCaching = { maxAgeSeconds: 3600, ageSeconds: 0 };

/** Google's endpoints. */
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
    {
      method: "GET",
      path: googlePaths.riscDiscovery,
      answer: () => cached(riscDocument(state.url), DISCOVERY_CACHING),
    },
  ];
}

/**
 * The metadata for receivers of security events. The issuer in the tokens has a
 * trailing slash, here it does not.
 * https://accounts.google.com/.well-known/risc-configuration
 */
function riscDocument(url: string) {
  return {
    issuer: GOOGLE_ISSUER,
    jwks_uri: url + googlePaths.jwks,
    delivery_methods_supported: [PUSH_DELIVERY],
    configuration_endpoint: url + riscPaths.riscStream,
    status_endpoint: url + riscPaths.riscStatus,
    verification_endpoint: url + riscPaths.riscStreamVerify,
  };
}

/**
 * Google's OpenID Connect discovery document with the emulator's endpoints,
 * without what the emulator does not support. The issuer is Google's, as in the
 * tokens.
 * https://accounts.google.com/.well-known/openid-configuration
 */
function discoveryDocument(url: string) {
  return {
    issuer: GOOGLE_ISSUER,
    authorization_endpoint: `${url}${oauthPaths.authorization}`,
    token_endpoint: `${url}${oauthPaths.token}`,
    userinfo_endpoint: `${url}${oauthPaths.userInfo}`,
    revocation_endpoint: `${url}${oauthPaths.revoke}`,
    jwks_uri: `${url}${googlePaths.jwks}`,
    response_types_supported: RESPONSE_TYPES,
    response_modes_supported: RESPONSE_MODES,
    authorization_response_iss_parameter_supported: true,
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
    grant_types_supported: ["authorization_code", "refresh_token"],
  };
}

/** Environment variables that configure a service to use an emulator. */
export function emulatorEnvironment({
  url,
  clientIds,
  clientSecret,
}: {
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly clientSecret: string;
}): Record<string, string> {
  return {
    GOOGLE_CLIENT_IDS: clientIds.join(","),
    GOOGLE_CLIENT_SECRET: clientSecret,
    GOOGLE_CERTS_URL: url + googlePaths.certs,
    GOOGLE_TOKEN_URL: url + googlePaths.token,
    GOOGLE_USERINFO_URL: url + googlePaths.userInfo,
    GOOGLE_TOKENINFO_URL: url + googlePaths.tokenInfo,
    GOOGLE_SCRIPT_URL: url + googlePaths.gsiClient,
    GOOGLE_RISC_CONFIG_URL: url + RISC_API_PATH,
  };
}
