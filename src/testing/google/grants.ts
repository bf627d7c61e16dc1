import { randomBytes } from "node:crypto";
import type { GoogleAccount } from "./accounts";
import type { IdTokenOptions } from "./id-token.mint";

/** What an account allowed a client: all that comes of one consent. */
export interface GoogleGrant {
  readonly clientId: string;
  readonly account: GoogleAccount;
  /** In Google's long spelling: `https://www.googleapis.com/auth/userinfo.email`. */
  readonly scopes: readonly string[];
  readonly nonce?: string;
  /** Whether a refresh token was asked for: `access_type=offline`. */
  readonly offline: boolean;
  /** What the test spoils of the ID tokens that come of it. */
  readonly idToken: IdTokenOptions;
  /** Members to add to the userinfo answer or replace; `undefined` removes one. */
  readonly userInfo: Readonly<Record<string, unknown>>;
  /** The same for the answer of the token endpoint. */
  readonly tokenAnswer: Readonly<Record<string, unknown>>;
}

/** A live access token. */
export interface GrantedAccess {
  readonly grant: GoogleGrant;
  /** Milliseconds since 1970 by the emulator's clock. */
  readonly expiresAt: number;
}

/** What Google says of an access token's life, in seconds: one less than an hour. */
export const ACCESS_TOKEN_SECONDS = 3599;

const KEPT = 10_000;

/** The access and refresh tokens given out, the latest 10,000 of each. */
export class GoogleGrants {
  readonly #access = new Map<string, GrantedAccess>();
  readonly #refresh = new Map<string, GoogleGrant>();
  readonly #revoked = new WeakSet<GoogleGrant>();

  /** Gives out an access token in Google's shape. */
  newAccessToken(grant: GoogleGrant, now: Date): string {
    const token = `ya29.a0${randomBytes(150).toString("base64url")}`;
    const expiresAt = now.getTime() + ACCESS_TOKEN_SECONDS * 1000;
    keep(this.#access, token, { grant, expiresAt });
    return token;
  }

  /** Gives out a refresh token in Google's shape; it does not expire. */
  newRefreshToken(grant: GoogleGrant): string {
    const token = `1//0${randomBytes(75).toString("base64url")}`;
    keep(this.#refresh, token, grant);
    return token;
  }

  /** What an access token stands for; undefined when unknown, expired or revoked. */
  access(token: string, now: Date): GrantedAccess | undefined {
    const access = this.#access.get(token);
    const live =
      access !== undefined &&
      access.expiresAt > now.getTime() &&
      !this.#revoked.has(access.grant);
    return live ? access : undefined;
  }

  /** What a refresh token stands for; undefined when unknown or revoked. */
  refresh(token: string): GoogleGrant | undefined {
    const grant = this.#refresh.get(token);
    return grant && !this.#revoked.has(grant) ? grant : undefined;
  }

  /** Ends every token of a grant. */
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
