import type { KeyObject } from "node:crypto";
import { OAuth2Client } from "google-auth-library";
import type { Check } from "./check";
import type { GoogleSigningKeys } from "./google-signing-keys";
import {
  claimChecks,
  type ClaimRules,
  googleIssuers,
  maxIdTokenLifetimeSeconds,
} from "./id-token.claims";
import { formChecks, idTokenTypes, UnverifiedToken } from "./id-token.parser";

/** The source of the keys that signatures are checked with. */
export type KeySource = Pick<GoogleSigningKeys, "find">;

/** The state of an ID token while it is being checked. */
export class UnverifiedIdToken extends UnverifiedToken {
  private key: KeyObject | undefined;
  /** The problem that google-auth-library reports, once `signature` has run. */
  libraryRefusal: LibraryRefusal | null = null;

  /** @param text as the client sent it */
  constructor(
    text: string,
    readonly rules: ClaimRules,
    private readonly keys: KeySource,
  ) {
    super(text, idTokenTypes);
  }

  /**
   * Whether the key named by `kid` exists.
   *
   * @throws AuthError `invalid_token` (`unknown_key`),
   *   `identity_provider_unavailable`
   */
  async hasKey(): Promise<boolean> {
    this.key = await this.keys.find(this.keyId);
    return true;
  }

  /** Whether that key signed it. */
  async hasGoodSignature(): Promise<boolean> {
    this.libraryRefusal = await library
      .verifySignedJwtWithCertsAsync(
        this.text,
        // A key object is parsed once; a PEM would be parsed on every call.
        { [this.keyId]: this.key as unknown as string },
        [...this.rules.clientIds],
        googleIssuers,
        maxIdTokenLifetimeSeconds + this.rules.clockSkewSeconds,
      )
      .then(() => null, refusalIn);
    return this.libraryRefusal !== "bad_signature";
  }
}

/**
 * Every check of a Google ID token, in order. A sign-in stops at the first
 * that does not pass, `inspect-token` runs them all.
 */
export const idTokenChecks: readonly Check<
  UnverifiedIdToken,
  boolean | Promise<boolean>
>[] = [
  ...formChecks,
  {
    name: "key",
    demands: "Google publishes the key that kid names",
    reason: "unknown_key",
    needs: namesOf(formChecks),
    passes: (token) => token.hasKey(),
  },
  {
    name: "signature",
    demands: "signed with that key",
    reason: "bad_signature",
    needs: ["key"],
    passes: (token) => token.hasGoodSignature(),
  },
  ...claimChecks.map((check) => ({
    ...check,
    needs: ["payload", ...(check.needs ?? [])],
  })),
  {
    // Last, because it has only one reason for everything the checks above
    // report in detail.
    name: "library",
    demands: "google-auth-library accepts it too",
    reason: "refused_by_google_auth_library",
    needs: [
      ...namesOf(formChecks),
      "key",
      "signature",
      ...namesOf(claimChecks),
    ],
    passes: ({ libraryRefusal }) => libraryRefusal === null,
  },
];

function namesOf(checks: readonly { readonly name: string }[]): string[] {
  return checks.map(({ name }) => name);
}

type LibraryRefusal = "bad_signature" | "other";

/** Without an audience of its own: each call passes ours. */
const library = new OAuth2Client();

/**
 * The library's messages about times. It uses the machine's clock instead of
 * ours, and its limits are wider than those of our own checks.
 */
const saysOfTimes =
  /^(?:Token used too (?:late|early)|Expiration time too far)/;

/**
 * The library's errors have no codes, and their messages quote the token, so
 * they must not leave this function.
 */
function refusalIn(error: unknown): LibraryRefusal | null {
  const message = error instanceof Error ? error.message : "";
  if (message.startsWith("Invalid token signature")) return "bad_signature";
  return saysOfTimes.test(message) ? null : "other";
}
