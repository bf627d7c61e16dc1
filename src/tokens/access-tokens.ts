import { hash, randomUUID } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { JwtService } from "@nestjs/jwt";
import { LRUCache } from "lru-cache";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { accessTokenKeyId, principalFromClaims } from "./access-token.claims";
import type { Principal } from "../common/principal";
import { SigningKeys } from "./signing-keys.port";
import { TOKENS_OPTIONS, type TokensOptions } from "./tokens.options";

/** The scope of a token of a user who has finished signing up. */
export const userScope = "user";
/** Verified tokens that are remembered at most; one takes about 2 kB. */
const maxRememberedTokens = 10_000;

/** What an access token is issued for. */
export interface AccessTokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly clientId: string;
  readonly roles: readonly string[];
  readonly authenticatedAt: Date;
}

export interface IssuedAccessToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
}

interface RememberedToken {
  readonly keyId: string;
  readonly principal: Principal;
}

/**
 * Our own access tokens.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9068 JWT profile for access tokens
 */
@Injectable()
export class AccessTokens {
  /**
   * Tokens whose signature was checked, by a digest of the whole token. It
   * saves the signature check only: expiry is checked every time.
   */
  private readonly remembered = new LRUCache<string, RememberedToken>({
    max: maxRememberedTokens,
  });

  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
    @Inject(TOKENS_OPTIONS) private readonly options: TokensOptions,
  ) {}

  /** @throws AuthError `service_unavailable` while there is no signing key */
  issue(subject: AccessTokenSubject): IssuedAccessToken {
    const { kid, algorithm, privateKey } = this.keys.current();
    const { issuer, audience, accessTokenTtlSeconds } = this.options;
    const iat = this.clock.nowSeconds();
    const token = this.jwt.sign(
      {
        iss: issuer,
        aud: audience,
        sub: subject.userId,
        sid: subject.sessionId,
        jti: randomUUID(),
        iat,
        exp: iat + accessTokenTtlSeconds,
        auth_time: Math.floor(subject.authenticatedAt.getTime() / 1000),
        client_id: subject.clientId,
        roles: subject.roles,
        scope: userScope,
      },
      {
        privateKey,
        algorithm,
        keyid: kid,
        header: { alg: algorithm, typ: "at+jwt" },
      },
    );
    return { token, expiresIn: accessTokenTtlSeconds };
  }

  /**
   * @param token as the client sent it
   * @throws AuthError `unauthenticated`
   */
  verify(token: string): Principal {
    const digest = hash("sha256", token, "base64");
    const known = this.remembered.get(digest);
    const { keyId, principal } = known ?? this.check(token);
    // The key may have been withdrawn, and time has passed, since it was checked.
    if (this.keys.find(keyId) === null) refuse("unknown_key");
    if (this.clock.nowSeconds() >= principal.expiresAt) refuse("expired");
    if (!known) this.remembered.set(digest, { keyId, principal });
    return principal;
  }

  private check(token: string): RememberedToken {
    const keyId = accessTokenKeyId(token);
    const publicKey = this.keys.find(keyId);
    if (!publicKey) refuse("unknown_key");
    let claims: unknown;
    const now = this.clock.nowSeconds();
    try {
      claims = this.jwt.verify(token, {
        // The library takes a parsed key; the wrapper's type has not heard of it.
        publicKey: publicKey as unknown as Buffer,
        algorithms: ["ES256"],
        issuer: this.options.issuer,
        audience: this.options.audience,
        clockTimestamp: now,
      });
    } catch {
      // The library's messages may repeat parts of the token.
      refuse("not_accepted");
    }
    return { keyId, principal: principalFromClaims(claims, now) };
  }
}

function refuse(reason: string): never {
  throw new AuthError("unauthenticated", { reason });
}
