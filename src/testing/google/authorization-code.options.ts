import type { GoogleAccount, GoogleAccountName } from "./accounts";
import type { CodeChallengeMethod } from "./authorization-codes";
import type { IdTokenOptions } from "./id-token.mint";

/** The options of an authorization code, all optional. */
export interface AuthorizationCodeOptions {
  /**
   * The consenting account, or the name of a predefined one. Default:
   * `consumer`.
   */
  readonly account?: GoogleAccount | GoogleAccountName;
  /**
   * The client that must exchange it. Default: the emulator's first client id.
   */
  readonly clientId?: string;
  /**
   * The exchange must repeat it exactly. Default: `postmessage`, as after a
   * popup; some native SDKs use an empty one.
   */
  readonly redirectUri?: string;
  /** RFC 7636. Default: none; a verifier is then refused. */
  readonly codeChallenge?: string;
  /** Default: `plain`, as in RFC 7636 §4.3. */
  readonly codeChallengeMethod?: CodeChallengeMethod;
  /** Space-separated. Default: `openid email profile`. */
  readonly scope?: string;
  /** Echoed in the ID token. Default: none. */
  readonly nonce?: string;
  /** Whether the exchange also returns a refresh token. Default: false. */
  readonly offline?: boolean;
  /** Alters the resulting ID token; see `idToken` of the emulator. */
  readonly idToken?: IdTokenOptions;
  /**
   * Alters the userinfo response: members to add or replace; `undefined`
   * removes.
   */
  readonly userInfo?: Readonly<Record<string, unknown>>;
  /** Alters the successful response of the token endpoint in the same way. */
  readonly tokenAnswer?: Readonly<Record<string, unknown>>;
}
