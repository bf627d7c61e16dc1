import { randomBytes } from "node:crypto";
import type { GoogleAccount } from "./accounts";
import type { IdTokenOptions } from "./id-token.mint";

/** What an account has granted to a client in one consent. */
export interface GoogleGrant {
  readonly clientId: string;
  readonly account: GoogleAccount;
  /**
   * In Google's long form: `https://www.googleapis.com/auth/userinfo.email`.
   */
  readonly scopes: readonly string[];
  readonly nonce?: string;
  /** Whether a refresh token was requested: `access_type=offline`. */
  readonly offline: boolean;
  /** Alters the resulting ID tokens. */
  readonly idToken: IdTokenOptions;
  /**
   * Members to add or replace in the userinfo response; `undefined` removes
   * one.
   */
  readonly userInfo: Readonly<Record<string, unknown>>;
  /** The same for the response of the token endpoint. */
  readonly tokenAnswer: Readonly<Record<string, unknown>>;
}

/** A valid access token. */
export interface GrantedAccess {
  readonly grant: GoogleGrant;
  /** Milliseconds since 1970, by the emulator's clock. */
  readonly expiresAt: number;
}

/** Google's `expires_in` of access tokens: one second less than an hour. */
export const ACCESS_TOKEN_SECONDS = 3599;

const KEPT = 10_000;

/** The latest 10,000 access and refresh tokens each. */
export class GoogleGrants {
  readonly #access = new Map<string, GrantedAccess>();
  readonly #refresh = new Map<string, GoogleGrant>();
  readonly #revoked = new WeakSet<GoogleGrant>();

  /** Issues an access token in Google's format. */
  newAccessToken(grant: GoogleGrant, now: Date): string {
    const token = `ya29.a0${randomBytes(150).toString("base64url")}`;
    const expiresAt = now.getTime() + ACCESS_TOKEN_SECONDS * 1000;
    keep(this.#access, token, { grant, expiresAt });
    return token;
  }

  /** Issues a refresh token in Google's format; it does not expire. */
  newRefreshToken(grant: GoogleGrant): string {
    const token = `1//0${randomBytes(75).toString("base64url")}`;
    keep(this.#refresh, token, grant);
    return token;
  }

  /** The grant of an access token; undefined if unknown, expired or revoked. */
  access(token: string, now: Date): GrantedAccess | undefined {
    const access = this.#access.get(token);
    const live =
      access !== undefined &&
      access.expiresAt > now.getTime() &&
      !this.#revoked.has(access.grant);
    return live ? access : undefined;
  }

  /** The grant of a refresh token; undefined if unknown or revoked. */
  refresh(token: string): GoogleGrant | undefined {
    const grant = this.#refresh.get(token);
    return grant && !this.#revoked.has(grant) ? grant : undefined;
  }

  /** Revokes all tokens of a grant. */
  revoke(grant: GoogleGrant): void {
    this.#revoked.add(grant);
  }
}

function keep<Value>(
  tokens: Map<string, Value>,
  token: string,
  value: Value,
): void {
  tokens.set(token, value);
  for (const oldest of tokens.keys()) {
    if (tokens.size <= KEPT) {
      return;
    }
    tokens.delete(oldest);
  }
}
