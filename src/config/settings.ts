import type { Environment } from "./environment";

/** An OAuth client id and its optional label. */
export interface GoogleClient {
  readonly id: string;
  readonly label: string | null;
}

/** Settings of the HTTP server. */
export function serviceSettings(environment: Environment) {
  const production = environment.NODE_ENV === "production";
  return Object.freeze({
    production,
    host: environment.HOST ?? (production ? "0.0.0.0" : "127.0.0.1"),
    port: environment.PORT,
    publicUrl: publicUrl(environment),
    logLevel: environment.LOG_LEVEL,
    docs: environment.DOCS ?? !production,
    corsOrigins: Object.freeze(environment.CORS_ORIGINS ?? []),
    keepAliveSeconds: environment.KEEP_ALIVE_SECONDS,
    shutdownDelaySeconds:
      environment.SHUTDOWN_DELAY_SECONDS ?? (production ? 5 : 0),
    trustedProxies: Object.freeze(environment.TRUSTED_PROXIES ?? []),
  });
}

function databaseSettings(environment: Environment) {
  return Object.freeze({
    url: environment.DATABASE_URL,
    poolSize: environment.DATABASE_POOL_SIZE,
    ssl: environment.DATABASE_SSL,
  });
}

function identitySettings(environment: Environment) {
  return Object.freeze({
    clients: Object.freeze(environment.GOOGLE_CLIENT_IDS.map(parseClient)),
    certsUrl: environment.GOOGLE_CERTS_URL,
    clockSkewSeconds: environment.CLOCK_SKEW_SECONDS,
    codeExchange: codeExchange(environment),
    verifyTokenProviders: Object.freeze(
      environment.VERIFY_TOKEN_PROVIDERS ?? [],
    ),
  });
}

/**
 * The client of web front ends: the one labelled `web`, or otherwise the first.
 */
function webClient(environment: Environment): GoogleClient | undefined {
  const clients = environment.GOOGLE_CLIENT_IDS.map(parseClient);
  return clients.find(({ label }) => label === "web") ?? clients[0];
}

function pagesSettings(environment: Environment) {
  return Object.freeze({
    clientId: webClient(environment)?.id ?? "",
    googleScriptUrl: environment.GOOGLE_SCRIPT_URL,
    refresh: environment.REFRESH_COOKIE === "browser" ? "cookie" : "body",
    dpop: environment.DPOP === "required",
  });
}

/** Null without a client secret. */
function codeExchange(environment: Environment) {
  const { GOOGLE_CLIENT_SECRET: clientSecret } = environment;
  const client = webClient(environment);
  if (clientSecret === undefined || client === undefined) return null;
  return Object.freeze({
    clientId: client.id,
    clientSecret,
    redirectUris: Object.freeze(environment.GOOGLE_REDIRECT_URIS ?? []),
    tokenUrl: environment.GOOGLE_TOKEN_URL,
    userinfoUrl: environment.GOOGLE_USERINFO_URL,
  });
}

function userSettings(environment: Environment) {
  return Object.freeze({
    adminEmails: Object.freeze(environment.ADMIN_EMAILS ?? []),
  });
}

function authSettings(environment: Environment) {
  return Object.freeze({
    signUp: environment.SIGN_UP,
    requireVerifiedEmail: environment.REQUIRE_VERIFIED_EMAIL,
    hostedDomains: Object.freeze(environment.GOOGLE_HOSTED_DOMAINS ?? []),
    refreshCookie: Object.freeze({
      isOn: environment.REFRESH_COOKIE === "browser",
      sameSite: environment.REFRESH_COOKIE_SAME_SITE,
      isSecure:
        environment.NODE_ENV === "production" ||
        publicUrl(environment).startsWith("https:"),
    }),
    allowedOrigins: Object.freeze([
      new URL(publicUrl(environment)).origin,
      ...(environment.CORS_ORIGINS ?? []),
    ]),
    oneTime: Object.freeze({
      nonce: environment.GOOGLE_NONCE,
      idToken: environment.GOOGLE_ID_TOKEN_USE,
    }),
    redirect:
      environment.APP_URL === undefined
        ? null
        : Object.freeze({
            appUrl: environment.APP_URL,
            otherUrls: Object.freeze(environment.APP_REDIRECT_URLS ?? []),
          }),
    tokeninfo: environment.TOKENINFO
      ? Object.freeze({ googleUrl: environment.GOOGLE_TOKENINFO_URL })
      : null,
  });
}

function accessTokenSettings(environment: Environment) {
  return Object.freeze({
    issuer: publicUrl(environment),
    audience: environment.ACCESS_TOKEN_AUDIENCE ?? publicUrl(environment),
    accessTokenTtlSeconds: environment.ACCESS_TOKEN_TTL_SECONDS,
  });
}

function signingKeySettings(environment: Environment) {
  return Object.freeze({
    secretKey: environment.SECRET_KEY,
    previousSecretKey: environment.SECRET_KEY_PREVIOUS ?? null,
    rotationDays: numberOrNull(environment.SIGNING_KEY_ROTATION_DAYS),
    signingKeyPem: environment.SIGNING_KEY_PEM ?? null,
    previousSigningKeyPem: environment.SIGNING_KEY_PEM_PREVIOUS ?? null,
  });
}

function dpopSettings(environment: Environment) {
  return Object.freeze({
    use: environment.DPOP,
    nonce: environment.DPOP_NONCE,
    publicUrl: publicUrl(environment),
    secretKey: environment.DPOP === "off" ? null : environment.SECRET_KEY,
  });
}

function oauthSettings(environment: Environment) {
  const clients = environment.INTROSPECTION_CLIENTS ?? [];
  return Object.freeze({
    issuer: publicUrl(environment),
    audience: environment.ACCESS_TOKEN_AUDIENCE ?? publicUrl(environment),
    clientIds: Object.freeze(
      environment.GOOGLE_CLIENT_IDS.map((entry) => parseClient(entry).id),
    ),
    introspectionClients: Object.freeze(clients.map(parseIntrospectionClient)),
  });
}

function sessionSettings(environment: Environment) {
  return Object.freeze({
    idleTtlSeconds: environment.SESSION_IDLE_TTL_SECONDS,
    maxTtlSeconds: environment.SESSION_MAX_TTL_SECONDS,
    maxPerUser: environment.MAX_SESSIONS_PER_USER,
    refreshGraceSeconds: environment.REFRESH_GRACE_SECONDS,
    refreshLateRetries: environment.REFRESH_LATE_RETRIES,
    accessTokenTtlSeconds: environment.ACCESS_TOKEN_TTL_SECONDS,
    secretKey: environment.SECRET_KEY,
    previousSecretKey: environment.SECRET_KEY_PREVIOUS ?? null,
  });
}

function auditSettings(environment: Environment) {
  return Object.freeze({ retentionDays: environment.AUDIT_RETENTION_DAYS });
}

function rateLimitSettings(environment: Environment) {
  return Object.freeze({
    limits: Object.freeze({
      signIn: environment.RATE_LIMIT_SIGN_IN,
      signInFailures: environment.RATE_LIMIT_SIGN_IN_FAILURES,
      refresh: environment.RATE_LIMIT_REFRESH,
      nonce: environment.RATE_LIMIT_NONCE,
      verifyToken: environment.RATE_LIMIT_VERIFY_TOKEN,
    }),
    store: environment.RATE_LIMIT_STORE,
  });
}

function metricsSettings(environment: Environment) {
  return Object.freeze({
    token: environment.METRICS_TOKEN ?? null,
    isTokenRequired: environment.NODE_ENV === "production",
  });
}

/** The settings of each module, frozen. */
export function settingsOf(environment: Environment) {
  return {
    showReasons: environment.NODE_ENV !== "production",
    database: databaseSettings(environment),
    identity: identitySettings(environment),
    users: userSettings(environment),
    auth: authSettings(environment),
    accessTokens: accessTokenSettings(environment),
    signingKeys: signingKeySettings(environment),
    dpop: dpopSettings(environment),
    oauth: oauthSettings(environment),
    sessions: sessionSettings(environment),
    audit: auditSettings(environment),
    pages: pagesSettings(environment),
    rateLimits: rateLimitSettings(environment),
    metrics: metricsSettings(environment),
  };
}

function publicUrl(environment: Environment): string {
  return environment.PUBLIC_URL ?? `http://localhost:${environment.PORT}`;
}

/** Null if the value is `off`. */
function numberOrNull(value: number | string): number | null {
  return typeof value === "number" ? value : null;
}

function parseClient(entry: string): GoogleClient {
  const separator = entry.indexOf("=");
  return separator === -1
    ? { id: entry, label: null }
    : { id: entry.slice(separator + 1), label: entry.slice(0, separator) };
}

/** A service that may introspect tokens. */
function parseIntrospectionClient(entry: string) {
  const separator = entry.indexOf(":");
  return Object.freeze({
    id: entry.slice(0, separator),
    secret: entry.slice(separator + 1),
  });
}
