import {
  idTokenClaims,
  mintContextOf,
  type IdTokenOptions,
} from "./id-token.mint";
import type { GoogleKeyRing } from "./key-ring";
import {
  securityEventClaims,
  serviceAccountClaims,
  type SecurityEventTokenOptions,
  type ServiceAccountTokenOptions,
} from "./other-tokens.mint";
import { signToken } from "./token.signer";

const ID_TOKENS_KEPT = 20;

/** The keys, clock and default audience of the tokens. */
interface Minter {
  readonly keys: GoogleKeyRing;
  readonly clientIds: readonly [string, ...string[]];
  now(): Date;
}

/** Mints each kind of token that Google signs, and keeps the latest ID tokens. */
export class MintedTokens {
  readonly #google: Minter;
  #idTokens: readonly string[] = [];

  constructor(google: Minter) {
    this.#google = google;
  }

  /** The latest ID tokens, newest first. */
  get idTokens(): readonly string[] {
    return this.#idTokens;
  }

  /**
   * Mints a user's ID token.
   *
   * @throws EmulatorInputError if the options are invalid
   */
  async idToken(options: IdTokenOptions): Promise<string> {
    const claims = idTokenClaims(mintContextOf(this.#google), options);
    const token = await signToken(this.#google.keys, claims, options);
    this.#idTokens = [token, ...this.#idTokens].slice(0, ID_TOKENS_KEPT);
    return token;
  }

  /** Mints the ID token of a service account. */
  async serviceAccountToken(
    options: ServiceAccountTokenOptions,
  ): Promise<string> {
    const claims = serviceAccountClaims(mintContextOf(this.#google), options);
    return signToken(this.#google.keys, claims, options);
  }

  /** Mints a security event token. */
  async securityEventToken(
    options: SecurityEventTokenOptions,
  ): Promise<string> {
    const claims = securityEventClaims(mintContextOf(this.#google), options);
    return signToken(this.#google.keys, claims, options);
  }
}
