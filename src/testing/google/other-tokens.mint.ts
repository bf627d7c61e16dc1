import type { GoogleAccount, GoogleAccountName } from "./accounts";
import {
  accountOf,
  GOOGLE_ISSUER,
  newTokenId,
  tokenTimes,
  type MintContext,
} from "./id-token.mint";
import type { TokenClaims, TokenOptions } from "./token.signer";

// Google signs these with the keys of its ID tokens, but they must not be
// accepted as ID tokens of a user.

/** The options of a service account's ID token. */
export interface ServiceAccountTokenOptions extends TokenOptions {
  /** `aud`, chosen by the caller. Default: the first client id. */
  readonly audience?: string;
  /** The service account's e-mail address. */
  readonly email?: string;
  /** `azp`. Default: the account's numeric id, which is also its `sub`. */
  readonly azp?: string;
}

/** The options of a security event token. */
export interface SecurityEventTokenOptions extends Omit<
  TokenOptions,
  "lifetimeSeconds"
> {
  /** The event's URI. Default: sessions-revoked. */
  readonly eventType?: string;
  /** The account that it is about. Default: `consumer`. */
  readonly account?: GoogleAccount | GoogleAccountName;
  /** `aud`. Default: the emulator's first client id. */
  readonly audience?: string;
  /** The event's own members, such as `reason`; may replace `subject`. */
  readonly event?: Readonly<Record<string, unknown>>;
}

const SERVICE_ACCOUNT_ID = "110248495921238986420";
const SERVICE_ACCOUNT_EMAIL = "robot@someone-elses.iam.gserviceaccount.com";
const SESSIONS_REVOKED =
  "https://schemas.openid.net/secevent/risc/event-type/sessions-revoked";

/**
 * The issuer of security events has a trailing slash, unlike that of ID tokens.
 */
const SECURITY_EVENT_ISSUER = `${GOOGLE_ISSUER}/`;

/**
 * The claims of an ID token that any Google Cloud customer can obtain for any
 * audience, including ours, without a user:
 * https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken
 */
export function serviceAccountClaims(
  context: MintContext,
  options: ServiceAccountTokenOptions = {},
): TokenClaims {
  return {
    aud: options.audience ?? context.defaultAudience,
    azp: options.azp ?? SERVICE_ACCOUNT_ID,
    email: options.email ?? SERVICE_ACCOUNT_EMAIL,
    email_verified: true,
    iss: GOOGLE_ISSUER,
    sub: SERVICE_ACCOUNT_ID,
    ...tokenTimes(context, options),
  };
}

/**
 * The claims of a Cross-Account Protection event: no `exp`, no top-level `sub`,
 * one event about one account.
 * https://developers.google.com/identity/protocols/risc
 */
export function securityEventClaims(
  context: MintContext,
  options: SecurityEventTokenOptions = {},
): TokenClaims {
  const { sub } = accountOf(options.account ?? "consumer");
  return {
    iss: SECURITY_EVENT_ISSUER,
    aud: options.audience ?? context.defaultAudience,
    iat: tokenTimes(context, options).iat,
    jti: newTokenId(),
    events: {
      [options.eventType ?? SESSIONS_REVOKED]: {
        subject: { subject_type: "iss-sub", iss: SECURITY_EVENT_ISSUER, sub },
        ...options.event,
      },
    },
  };
}
