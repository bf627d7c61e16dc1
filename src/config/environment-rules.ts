import {
  signingKeyFromPem,
  verificationKeyFromPem,
} from "../common/signature-key";

/** An OAuth client id, perhaps with a label as in `ios=…`. */
export const clientId =
  /^(?:[a-z][a-z0-9-]{0,31}=)?(?=.*\.)[A-Za-z0-9._-]{8,128}$/;
/** A domain name. */
export const domain =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;
/** What placeholders are made of. */
const stockWords = new RegExp(
  [
    "change replace insert enter paste generate placeholder example sample",
    "default dummy random secret password passphrase token string text value",
    "super very long strong secure your some thing this here please with",
    "only test develop production least minimum character bytes openssl base64",
    "own key for and the not use dev min hex jwt foo bar me my to it in of is at",
  ]
    .join(" ")
    .replaceAll(" ", "|"),
  "gi",
);

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

/** Whether a value is a web origin, in its one canonical spelling. */
export function isOrigin(value: unknown): boolean {
  return (
    isUrl(value, ["http:", "https:"]) &&
    new URL(value as string).origin === value &&
    // A URL may have it, a host may not.
    !value.includes("*")
  );
}

/** An origin of an app's own scheme, which URL parsers do not know. */
const appOrigin =
  /^(?!(?:https?|wss?|ftp|file|data|blob|about|javascript):)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(?::\d{1,5})?$/;

/**
 * Whether a value is an origin as browsers send it: of a web page, or of an
 * app with a scheme of its own such as `capacitor://localhost`.
 */
export function isClientOrigin(value: unknown): boolean {
  return (
    isOrigin(value) || (typeof value === "string" && appOrigin.test(value))
  );
}

/**
 * Whether a value is the address of a page, fit for a `Location` header: http
 * only outside production, and of nobody who is named in it.
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

/** Whether a URL is written with two slashes, without credentials, wildcards and what parsers drop or turn. */
function isPlainUrl(value: string): boolean {
  const { username, password } = new URL(value);
  return (
    /^https?:\/\/[\x21-\x7e]+$/i.test(value) &&
    !/[\\*]/.test(value) &&
    username + password === ""
  );
}

/**
 * Whether a value can be an OAuth client secret. Google makes it; what matters
 * is that in production nobody waits for Google to refuse a placeholder.
 */
export function isClientSecret(value: unknown, environment: object): boolean {
  return (
    typeof value === "string" &&
    /^[\x21-\x7e]{8,256}$/.test(value) &&
    !(inProduction(environment) && isPlaceholder(value))
  );
}

/** A client that may ask about tokens: an id, and a secret of printable characters. */
const introspectionClient = /^([\w.~-]{1,64}):([\x21-\x2b\x2d-\x7e]{32,256})$/;

/** Whether a value is a list of clients with different ids and secrets of their own making. */
export function isIntrospectionClientList(value: unknown): boolean {
  const ids = new Set<string>();
  return isListOf(value, (entry) => {
    const [, id = "", secret] = introspectionClient.exec(entry) ?? [];
    if (secret === undefined || ids.has(id)) return false;
    ids.add(id);
    return !isPlaceholder(secret);
  });
}

/** Whether a value is so many in so many seconds, within bounds, or `off`. */
export function isRateLimit(value: unknown): boolean {
  if (value === "off") return true;
  const { count, seconds } = Object(value) as Partial<Record<string, unknown>>;
  return isWithin(count, 1_000_000) && isWithin(seconds, 86_400);
}

function isWithin(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}

/** Hosts of Google's own; below googleapis.com there are also its customers'. */
const googleHosts = [
  "accounts.google.com",
  "oauth2.googleapis.com",
  "openidconnect.googleapis.com",
  "www.googleapis.com",
];

/** Where Google is told who receives security events; nothing else is there. */
export const securityEventHosts = ["risc.googleapis.com"];

/** Whether a value is an https URL of Google's, and of nobody else. */
export function isGoogleUrl(value: unknown, hosts = googleHosts): boolean {
  if (!isUrl(value, ["https:"])) return false;
  const { hostname, port, username, password } = new URL(value as string);
  return hosts.includes(hostname) && port + username + password === "";
}

/** Whether a value is a list of texts that all have this form. */
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

/**
 * Whether a secret is one that everybody could write: stock words with little
 * between them, or a short text over and over. A random key passes, whatever
 * words chance has put into it: too few to leave less than 16 characters.
 */
export function isPlaceholder(secret: string): boolean {
  const own = secret.replace(stockWords, "").replace(/[\s._-]/g, "");
  const repeats = Array.from({ length: 16 }, (_, i) => secret.slice(i + 1));
  return own.length < 16 || repeats.some((rest) => secret.startsWith(rest));
}

/** Whether a value is a secret that can be a key: long enough, and no placeholder. */
export function isSecretKey(value: unknown): boolean {
  return (
    typeof value === "string" &&
    Buffer.byteLength(value) >= 32 &&
    !isPlaceholder(value)
  );
}

/** Whether a value is a number of days between two keys, or `off`. */
export function isRotationDays(value: unknown): boolean {
  return String(value).toLowerCase() === "off" || isWithin(value, 365);
}

/** Whether a value is a private key, strong enough to sign tokens with. */
export function isSigningKeyPem(value: unknown): boolean {
  return typeof value === "string" && signingKeyFromPem(value) !== null;
}

/** Whether a value is a key, private or public, strong enough to believe tokens of. */
export function isVerificationKeyPem(value: unknown): boolean {
  return typeof value === "string" && verificationKeyFromPem(value) !== null;
}
