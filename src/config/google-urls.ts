import { inProduction, isUrl } from "./environment-rules";

/**
 * The URLs of Google's endpoints. Production accepts only these, because the same
 * hosts also serve files of customers.
 */
const endpoints = {
  certs: ["https://www.googleapis.com/oauth2/v1/certs"],
  token: [
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
  ],
  userinfo: [
    "https://openidconnect.googleapis.com/v1/userinfo",
    "https://www.googleapis.com/oauth2/v3/userinfo",
  ],
  tokeninfo: [
    "https://oauth2.googleapis.com/tokeninfo",
    "https://www.googleapis.com/oauth2/v3/tokeninfo",
  ],
  script: ["https://accounts.google.com/gsi/client"],
  riscConfig: [
    "https://risc.googleapis.com/v1beta",
    "https://risc.googleapis.com/v1",
  ],
} as const;

/** The rule in words, for the documentation and for errors. */
export function ruleOfGoogleUrl(endpoint: keyof typeof endpoints): string {
  return `a URL without credentials; in production ${endpoints[endpoint].join(" or ")}`;
}

/**
 * Whether a value is the URL of a Google endpoint; outside production any URL
 * without credentials, such as the emulator's.
 */
export function isGoogleUrl(endpoint: keyof typeof endpoints) {
  return (value: unknown, environment: object): boolean =>
    inProduction(environment)
      ? typeof value === "string" &&
        URL.canParse(value) &&
        (endpoints[endpoint] as readonly string[]).includes(new URL(value).href)
      : isUrl(value, ["http:", "https:"]) && !hasCredentials(value as string);
}

/** fetch refuses them, with an error that quotes the URL. */
function hasCredentials(value: string): boolean {
  const { username, password } = new URL(value);
  return username + password !== "";
}
