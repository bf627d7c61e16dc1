import { holdHalfOfAll, isNetwork } from "../common/ip-address";
import { isPlaceholder, isPlaceholderClientId } from "./placeholders";
import {
  signingKeyFromPem,
  verificationKeyFromPem,
} from "../common/signature-key";

/** An OAuth client id, optionally with a label as in `ios=…`. */
export const clientId =
  /^(?:[a-z][a-z0-9-]{0,31}=)?(?=.*\.)[A-Za-z0-9._-]{8,128}$/;
/** A domain name. */
export const domain =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;
/** Whether the rules of production apply. */
export function inProduction(environment: object): boolean {
  return "NODE_ENV" in environment && environment.NODE_ENV === "production";
}

/** Whether a value is a URL of one of these protocols, such as `https:`. */
export function isUrl(value: unknown, protocols: readonly string[]): boolean {
  return (
    typeof value === "string" &&
    URL.canParse(value) &&
    protocols.includes(new URL(value).protocol)
  );
}

/** Whether a value is a web origin in its canonical form. */
export function isOrigin(value: unknown): boolean {
  return (
    isUrl(value, ["http:", "https:"]) &&
    new URL(value as string).origin === value &&
    // URL accepts it in a host name.
    !value.includes("*")
  );
}

/**
 * Whether a value is the address of a service, in its one canonical spelling:
 * an origin, and optionally the path that a reverse proxy removes.
 */
export function isServiceUrl(value: unknown): boolean {
  if (isOrigin(value)) return true;
  if (!isUrl(value, ["http:", "https:"])) return false;
  const { origin, pathname } = new URL(value as string);
  return (
    isOrigin(origin) &&
    value === origin + pathname &&
    /^(?:\/[\w.~-]+)+$/.test(pathname)
  );
}

/** An origin with a custom scheme, which URL does not treat as an origin. */
const appOrigin =
  /^(?!(?:https?|wss?|ftp|file|data|blob|about|javascript):)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(?::\d{1,5})?$/;

/**
 * Whether a value is an origin as browsers send it: of a web page, or of an app
 * with a custom scheme such as `capacitor://localhost`. In production it must
 * not be http or on localhost, where any program of the user may listen, except
 * `https://localhost` without a port, which Capacitor apps on Android have.
 */
export function isClientOrigin(value: unknown, environment: object): boolean {
  if (typeof value !== "string") return false;
  if (!isOrigin(value)) return appOrigin.test(value);
  const { protocol, hostname } = new URL(value);
  return (
    !inProduction(environment) ||
    value === "https://localhost" ||
    (protocol === "https:" && !isThisMachine(hostname))
  );
}

/** Whether a host name in a URL means the local machine. */
export function isThisMachine(hostname: string): boolean {
  return /^(?:(?:.*\.)?localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)\.?$/i.test(
    hostname,
  );
}

/**
 * Whether a value is the URL of a page, fit for a `Location` header: without
 * credentials, and in production https.
 */
export function isPageUrl(value: unknown, environment: object): boolean {
  return (
    isUrl(value, inProduction(environment) ? ["https:"] : webProtocols) &&
    isPlainUrl(value as string)
  );
}

/**
 * Whether a value is a redirect URI as Google registers them: https, or http on
 * this machine, and without a fragment.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/web-server#uri-validation
 */
export function isRedirectUri(value: unknown): boolean {
  if (!isUrl(value, webProtocols)) return false;
  const { protocol, hostname } = new URL(value as string);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return (
    (protocol === "https:" || isLocal) &&
    isPlainUrl(value as string) &&
    !(value as string).includes("#")
  );
}

const webProtocols = ["http:", "https:"];

/** Whether a URL has two slashes and no credentials, wildcards or characters that parsers drop or convert. */
function isPlainUrl(value: string): boolean {
  const { username, password } = new URL(value);
  return (
    /^https?:\/\/[\x21-\x7e]+$/i.test(value) &&
    !/[\\*]/.test(value) &&
    username + password === ""
  );
}

/**
 * Whether a value can be an OAuth client secret. In production a placeholder is
 * refused here rather than later by Google.
 */
export function isClientSecret(value: unknown, environment: object): boolean {
  return (
    typeof value === "string" &&
    /^[\x21-\x7e]{8,256}$/.test(value) &&
    !(inProduction(environment) && isPlaceholder(value))
  );
}

/** Whether a text is an OAuth client id, in production not a placeholder. */
export function isClientId(entry: string, environment: object): boolean {
  return (
    clientId.test(entry) &&
    !(inProduction(environment) && isPlaceholderClientId(entry))
  );
}

/** A client that may introspect tokens: an id and a secret of printable characters. */
const introspectionClient = /^([\w.~-]{1,64}):([\x21-\x2b\x2d-\x7e]{32,256})$/;

/** Whether a text is an id and a secret that is not a placeholder. */
export function isIntrospectionClient(entry: string): boolean {
  const [, , secret] = introspectionClient.exec(entry) ?? [];
  return secret !== undefined && !isPlaceholder(secret);
}

/** Whether a value is a list of such clients with different ids. */
export function isIntrospectionClientList(value: unknown): boolean {
  const ids = new Set<string>();
  return isListOf(value, (entry) => {
    const [id = ""] = entry.split(":", 1);
    if (!isIntrospectionClient(entry) || ids.has(id)) return false;
    ids.add(id);
    return true;
  });
}

/** Whether a value is a rate limit within bounds, or `off`. */
export function isRateLimit(value: unknown): boolean {
  if (value === "off") return true;
  const { count, seconds } = Object(value) as Partial<Record<string, unknown>>;
  return isWithin(count, 1_000_000) && isWithin(seconds, 86_400);
}

function isWithin(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}

const proxyCount = /^(?:[1-9]|10)$/;

/** Whether an entry of a list of proxies is a network or the number of proxies. */
export function isProxy(entry: string): boolean {
  return isNetwork(entry) || proxyCount.test(entry);
}

/** Whether a value is one number of proxies, or a list of networks; in production less than half of all addresses. */
export function isProxyList(value: unknown, environment: object): boolean {
  if (!isListOf(value, () => true)) return false;
  const entries = value as string[];
  if (entries.length === 1 && proxyCount.test(entries[0] ?? "")) return true;
  return (
    entries.every(isNetwork) &&
    !(inProduction(environment) && holdHalfOfAll(entries))
  );
}

/** Whether a value is a list of strings that all match. */
export function isListOf(
  value: unknown,
  form: RegExp | ((entry: string) => boolean),
): boolean {
  const hasForm =
    form instanceof RegExp ? (entry: string) => form.test(entry) : form;
  return (
    Array.isArray(value) &&
    value.every((entry) => typeof entry === "string" && hasForm(entry))
  );
}

/** Whether a value is long enough for a secret key and not a placeholder. */
export function isSecretKey(value: unknown): boolean {
  return (
    typeof value === "string" &&
    Buffer.byteLength(value) >= 32 &&
    !isPlaceholder(value)
  );
}

/** Whether a value is a rotation period in days, or `off`. */
export function isRotationDays(value: unknown): boolean {
  return String(value).toLowerCase() === "off" || isWithin(value, 365);
}

/** Whether a value is a private key that is strong enough to sign tokens. */
export function isSigningKeyPem(value: unknown): boolean {
  return typeof value === "string" && signingKeyFromPem(value) !== null;
}

/** Whether a value is a private or public key that is strong enough to verify tokens. */
export function isVerificationKeyPem(value: unknown): boolean {
  return typeof value === "string" && verificationKeyFromPem(value) !== null;
}
