import { requestableEvents, type SecurityEventType } from "../../index";

/** What this service does about an event, for the command line. */
export interface EventEffect {
  readonly name: string;
  /** As it is requested and delivered. */
  readonly uri: string;
  readonly happened: string;
  readonly effect: string;
}

/** The same words as in docs/cross-account-protection.md, which a test checks. */
const words: Readonly<
  Record<
    Exclude<SecurityEventType, "unknown">,
    readonly [happened: string, effect: string]
  >
> = {
  "sessions-revoked": [
    "Google has ended the sessions of the account",
    "ends the sessions from before it, and no ID token from before it signs in",
  ],
  "tokens-revoked": [
    "the user has taken the app's access away",
    "ends the sessions from before it, and no ID token from before it signs in",
  ],
  "token-revoked": [
    "one refresh token of Google's was revoked",
    "notes it: this service keeps none",
  ],
  "account-disabled": [
    "the account was disabled: hijacking, bulk-account, or no reason given",
    "the same, and the account signs nobody in; after bulk-account notes it only",
  ],
  "account-enabled": [
    "the account is enabled again",
    "the account signs in again, unless this service has disabled the user",
  ],
  "account-credential-change-required": [
    "the user was made to change the password",
    "notes it",
  ],
  verification: ["risc verify has asked for it", "notes it, with its state"],
};

/** The events that Google offers. */
export function eventEffects(): EventEffect[] {
  return [...requestableEvents].map(([name, uri]) => {
    const [happened, effect] = words[name];
    return { name, uri, happened, effect };
  });
}

/**
 * The URI of an event.
 *
 * @param word its short name, or its URI
 * @returns undefined for what Google does not offer, and would silently omit
 */
export function requestedEvent(word: string): string | undefined {
  const known: ReadonlyMap<string, string> = requestableEvents;
  return known.get(word) ?? [...known.values()].find((uri) => uri === word);
}

/** The short name of an event; its URI when it has none. */
export function eventName(uri: string): string {
  for (const [name, known] of requestableEvents) {
    if (known === uri) return name;
  }
  return uri;
}
