import { isUrl } from "./environment-rules";

/** An identity provider whose tokens a remote Verify Token API verifies. */
export interface VerifyTokenProviderSettings {
  readonly name: string;
  readonly url: string;
  readonly clientId: string;
  readonly authentication?:
    | { readonly id: string; readonly secret: string }
    | { readonly token: string };
  readonly tokenType?: string;
  readonly issuer?: string;
  readonly claims?: Readonly<Record<string, string | null>>;
  readonly timeoutMilliseconds?: number;
}

/** The claims that `claims` can rename. */
export const claimKeys = [
  ...["subject", "email", "emailVerified", "hostedDomain", "name"],
  ...["givenName", "familyName", "picture", "locale", "nonce"],
  ...["audience", "issuedAt", "expiresAt"],
] as const;

/** Path segments below /auth that are used or reserved. */
export const reservedProviderNames: readonly string[] = [
  ...["google", "refresh", "logout", "logout-all", "sessions"],
  ...["providers", "callback", "token", "code", "nonce", "redirect"],
  "reauthenticate",
];

export const providerNameRule = `1 to 32 lower case letters, digits and hyphens, beginning with a letter, and none of ${reservedProviderNames.join(", ")}`;

/** Whether a value is valid as the name of a provider, which is a path segment. */
export function isProviderName(name: unknown): boolean {
  return (
    typeof name === "string" &&
    /^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(name) &&
    !reservedProviderNames.includes(name)
  );
}

type Check = readonly [rule: string, test: (value: unknown) => boolean];

const isPrintable = (value: unknown, most: number) =>
  typeof value === "string" &&
  value.length <= most &&
  /^[\x21-\x7e]+$/.test(value);

const required: Readonly<Record<string, Check>> = {
  name: [providerNameRule, isProviderName],
  url: [
    "an https URL, or an http URL of this machine, without credentials or a fragment",
    isApiUrl,
  ],
  clientId: [
    "1 to 255 printable characters without spaces",
    (value) => isPrintable(value, 255),
  ],
};

const optional: Readonly<Record<string, Check>> = {
  authentication: [
    'an object of id and secret (HTTP Basic) or of token alone (Bearer), each printable and without spaces, the id also without ":"',
    isAuthentication,
  ],
  tokenType: [
    "1 to 64 printable characters without spaces",
    (value) => isPrintable(value, 64),
  ],
  issuer: [
    "1 to 255 printable characters without spaces",
    (value) => isPrintable(value, 255),
  ],
  claims: [
    `an object of names for ${claimKeys.join(", ")}; null (not for subject) if the provider has no such claim`,
    isClaimNames,
  ],
  timeoutMilliseconds: [
    "an integer from 100 to 10000",
    (value) =>
      Number.isInteger(value) &&
      Number(value) >= 100 &&
      Number(value) <= 10_000,
  ],
};

/**
 * The problems of a list of providers, by position and rule, never by value;
 * empty if it is valid.
 *
 * @param value as returned by {@link parseProviders}
 */
export function faultsOfProviders(value: unknown): string[] {
  if (!Array.isArray(value)) return ["it is not a JSON array"];
  const entries: unknown[] = value;
  const names = entries.map(
    (entry) => (Object(entry) as { name?: unknown }).name,
  );
  return entries.flatMap((entry, index) => {
    const faults = faultsOfProvider(entry);
    if (faults.length === 0 && names.indexOf(names[index]) !== index) {
      faults.push("has the same name as another");
    }
    return faults.map((fault) => `provider ${index + 1} ${fault}`);
  });
}

/** Parses and freezes JSON; returns the text itself if it is not JSON. */
export function parseProviders(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown) =>
      Object.isFrozen(value) ? value : Object.freeze(value),
    );
  } catch {
    return text;
  }
}

function faultsOfProvider(entry: unknown): string[] {
  if (!isObject(entry)) return ["is not an object"];
  const has = (name: string) => Object.hasOwn(entry, name);
  const checks = { ...required, ...optional };
  const faults = Object.entries(checks)
    .filter(([name]) => has(name) || Object.hasOwn(required, name))
    .filter(([name, [, test]]) => !(has(name) && test(entry[name])))
    .map(([name, [rule]]) => `needs as ${name} ${rule}`);
  // Unknown names are not repeated, since they might be secrets.
  const strange = Object.keys(entry).filter(
    (name) => !Object.hasOwn(checks, name),
  );
  if (strange.length > 0) {
    faults.push(`has members other than ${Object.keys(checks).join(", ")}`);
  }
  return faults;
}

function isApiUrl(value: unknown): boolean {
  if (!isUrl(value, ["https:", "http:"])) return false;
  const { protocol, hostname, username, password } = new URL(value as string);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return (
    (protocol === "https:" || isLocal) &&
    username + password === "" &&
    /^https?:\/\/[\x21-\x7e]+$/i.test(value as string) &&
    !/[\\#]/.test(value as string)
  );
}

function isAuthentication(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, secret, token } = value;
  const names = Object.keys(value).sort().join();
  if (names === "token") return isPrintable(token, 4096);
  return (
    names === "id,secret" &&
    isPrintable(id, 255) &&
    !(id as string).includes(":") &&
    isPrintable(secret, 512)
  );
}

function isClaimNames(value: unknown): boolean {
  return (
    isObject(value) &&
    value.subject !== null &&
    Object.entries(value).every(
      ([key, name]) =>
        claimKeys.some((known) => known === key) &&
        (name === null || isPrintable(name, 128)),
    )
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
