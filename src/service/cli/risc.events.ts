import { requestableEvents, type SecurityEventType } from "../../index";

/** What this service does about an event, for the command line. */
export interface EventEffect {
  readonly name: string;
  /** As it is requested and delivered. */
  readonly uri: string;
  readonly happened: string;
  readonly effect: string;
}

/** Same wording as in docs/cross-account-protection.md; a test checks this. */
const words: Readonly<
  Record<
    Exclude<SecurityEventType, "unknown">,
    readonly [happened: string, effect: string]
  >
> = {
  "sessions-revoked": [
    "Google ended the sessions of the account",
    "ends earlier sessions, and refuses earlier ID tokens",
  ],
  "tokens-revoked": [
    "the user revoked the app's access",
    "ends earlier sessions, and refuses earlier ID tokens",
  ],
  "token-revoked": [
    "one of Google's refresh tokens was revoked",
    "only logs it: this service stores none",
  ],
  "account-disabled": [
    "the account was disabled: hijacking, bulk-account, or no reason given",
    "as sessions-revoked, and blocks the account; for bulk-account only logs it",
  ],
  "account-enabled": [
    "the account was enabled again",
    "unblocks the account; a user disabled in this service stays disabled",
  ],
  "account-credential-change-required": [
    "the user was required to change the password",
    "logs it",
  ],
  verification: ["risc verify requested it", "logs it, with its state"],
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
