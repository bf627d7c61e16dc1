import { randomBytes } from "node:crypto";
import { EmulatorInputError } from "./emulator-input";
import {
  googleAccounts,
  type GoogleAccount,
  type GoogleAccountName,
} from "./accounts";
import type { TokenClaims, TokenOptions } from "./token.signer";

/** The issuer of Google's ID tokens, in the form that Google sends. */
export const GOOGLE_ISSUER = "https://accounts.google.com";

/** The options of an ID token, all optional. */
export interface IdTokenOptions extends TokenOptions {
  /** The account, or the name of a predefined one. Default: `consumer`. */
  readonly account?: GoogleAccount | GoogleAccountName;
  /** `aud`. Default: the emulator's first client id. */
  readonly audience?: string;
  /**
   * `azp`, the requesting client. Default: the audience. On Android and iOS it
   * is the app's own client id, while `aud` is the web client id.
   */
  readonly azp?: string;
  /** `nonce`. Default: none. */
  readonly nonce?: string;
}

/** When and for whom a token is minted. */
export interface MintContext {
  /** Seconds since 1970, by the emulator's clock. */
  readonly nowSeconds: number;
  /** The audience of a token without this option. */
  readonly defaultAudience: string;
}

/** The current time, and the app's client id. */
export function mintContextOf(google: {
  now(): Date;
  readonly clientIds: readonly [string, ...string[]];
}): MintContext {
  return {
    nowSeconds: Math.floor(google.now().getTime() / 1000),
    defaultAudience: google.clientIds[0],
  };
}

const NOT_BEFORE_SECONDS = 300;
const LIFETIME_SECONDS = 3600;

/**
 * The claims of an ID token of Google Identity Services, in the same order:
 * https://developers.google.com/identity/gsi/web/reference/html-reference#credential
 */
export function idTokenClaims(
  context: MintContext,
  options: IdTokenOptions = {},
): TokenClaims {
  const account = accountOf(options.account ?? "consumer");
  const { iat, exp } = tokenTimes(context, options);
  const aud = options.audience ?? context.defaultAudience;
  return {
    iss: GOOGLE_ISSUER,
    azp: options.azp ?? aud,
    aud,
    sub: account.sub,
    hd: account.hd,
    email: account.email,
    email_verified:
      account.email === undefined ? undefined : account.emailVerified,
    nonce: options.nonce,
    nbf: iat - NOT_BEFORE_SECONDS,
    name: account.name,
    picture: account.picture,
    given_name: account.givenName,
    family_name: account.familyName,
    iat,
    exp,
    jti: newTokenId(),
  };
}

/** `iat` and `exp` in seconds since 1970; an hour apart by default. */
export function tokenTimes(
  context: MintContext,
  options: TokenOptions,
): { iat: number; exp: number } {
  const iat = context.nowSeconds - (options.issuedSecondsAgo ?? 0);
  return { iat, exp: iat + (options.lifetimeSeconds ?? LIFETIME_SECONDS) };
}

/** A `jti` in Google's format: 40 lower-case hexadecimal characters. */
export function newTokenId(): string {
  return randomBytes(20).toString("hex");
}

/**
 * The account with a name.
 *
 * @throws EmulatorInputError if no predefined account has the name
 */
export function accountOf(account: GoogleAccount | string): GoogleAccount {
  if (typeof account !== "string") {
    return account;
  }
  const found = Object.entries(googleAccounts).find(
    ([name]) => name === account,
  );
  if (found === undefined) {
    const names = Object.keys(googleAccounts).join(", ");
    throw new EmulatorInputError(
      `Unknown account "${account}"; the accounts are ${names}.`,
    );
  }
  return found[1];
}
