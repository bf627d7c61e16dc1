import { randomBytes } from "node:crypto";
import type { KeyCaching } from "./emulator-answer";
import type { RedirectUriOptions } from "./redirect-uris";
import type { GoogleRiscOptions } from "./risc";

/** The options of an emulator, all optional. */
export interface GoogleEmulatorOptions
  extends GoogleRiscOptions, RedirectUriOptions {
  /**
   * The OAuth client ids of the app under test; the first is the audience of
   * the tokens. Default: those of `emulatorClientIds`, the web one first.
   */
  readonly clientIds?: readonly string[];
  /** Their client secret. Default: a random one in Google's format. */
  readonly clientSecret?: string;
  /** Default: 0, any free port. If the port is in use, starting fails. */
  readonly port?: number;
  /** The address to bind. Default: 127.0.0.1, this machine only. */
  readonly host?: string;
  /**
   * The base URL for clients, if it differs from the bound address, as in a
   * container.
   */
  readonly publicUrl?: string;
  /**
   * `max-age` of the keys, in seconds. Default: 21155, as in a real response.
   */
  readonly maxAgeSeconds?: number;
  /** `Age` of the keys, in seconds. Default: 0. */
  readonly ageSeconds?: number;
}

/**
 * Client ids in Google's format: one app with a web, iOS and Android client.
 */
export const emulatorClientIds = Object.freeze({
  web: "123456789012-web4t7k2m9c0x8w1z5n3j7h2d6q1r5v8.apps.googleusercontent.com",
  ios: "123456789012-ios8q1r5v7k2m9c4t6b0x8w1z5n3j7h2.apps.googleusercontent.com",
  android:
    "123456789012-and2d6q1r5v8t7k2m9c0x8w1z5n3j7h4.apps.googleusercontent.com",
});

const DEFAULT_CACHING: KeyCaching = { maxAgeSeconds: 21155, ageSeconds: 0 };

/**
 * The client ids to start with.
 *
 * @throws Error if the list is empty, because tokens would have no audience
 */
export function clientIdsOf({
  clientIds = Object.values(emulatorClientIds),
}: GoogleEmulatorOptions): readonly [string, ...string[]] {
  const [first, ...rest] = clientIds;
  if (first === undefined) {
    throw new Error("The Google emulator needs at least one client id.");
  }
  return [first, ...rest];
}

/** The client secret to start with. */
export function clientSecretOf({
  clientSecret,
}: GoogleEmulatorOptions): string {
  return clientSecret ?? `GOCSPX-${randomBytes(21).toString("base64url")}`;
}

/**
 * The caching with changes applied.
 *
 * @throws RangeError if either is not an integer of at least 0
 */
export function cachingWith(
  changes: Partial<KeyCaching>,
  caching: KeyCaching = DEFAULT_CACHING,
): KeyCaching {
  const {
    maxAgeSeconds = caching.maxAgeSeconds,
    ageSeconds = caching.ageSeconds,
  } = changes;
  for (const seconds of [maxAgeSeconds, ageSeconds]) {
    if (!Number.isSafeInteger(seconds) || seconds < 0) {
      throw new RangeError(
        "maxAgeSeconds and ageSeconds must be integers, 0 or more.",
      );
    }
  }
  return { maxAgeSeconds, ageSeconds };
}
