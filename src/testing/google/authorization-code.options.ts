import type { GoogleAccount, GoogleAccountName } from "./accounts";
import type { CodeChallengeMethod } from "./authorization-codes";
import type { IdTokenOptions } from "./id-token.mint";

/** What an authorization code is given out for; nothing has to be said. */
export interface AuthorizationCodeOptions {
  /** Who consents: an account or a ready-made one's name. Default: `consumer`. */
  readonly account?: GoogleAccount | GoogleAccountName;
  /** Who has to exchange it. Default: the emulator's first client id. */
  readonly clientId?: string;
  /**
   * What the exchange has to repeat, to the letter. Default: `postmessage`, as
   * after a popup; some native SDKs have an empty one.
   */
  readonly redirectUri?: string;
  /** RFC 7636. Default: none, and then a verifier is refused. */
  readonly codeChallenge?: string;
  /** Default: `plain`, as in RFC 7636 §4.3. */
  readonly codeChallengeMethod?: CodeChallengeMethod;
  /** Separated by spaces. Default: `openid email profile`. */
  readonly scope?: string;
  /** Echoed in the ID token. Default: none. */
  readonly nonce?: string;
  /** Whether the exchange gives a refresh token too. Default: false. */
  readonly offline?: boolean;
  /** Spoils the ID token that comes out; see `idToken` of the emulator. */
  readonly idToken?: IdTokenOptions;
  /** Spoils the userinfo answer: members to add or replace; `undefined` removes. */
  readonly userInfo?: Readonly<Record<string, unknown>>;
  /** Spoils the token endpoint's good answer in the same way. */
  readonly tokenAnswer?: Readonly<Record<string, unknown>>;
}
