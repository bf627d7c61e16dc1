import { hash, randomUUID } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { JwtService } from "@nestjs/jwt";
import { LRUCache } from "lru-cache";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import type { Principal } from "../common/principal";
import { accessTokenKeyId, maxAccessTokenBytes } from "./access-token.claims";
import { principalOf } from "./access-token.signature";
import {
  type AccessTokenSubject,
  claimsOfSubject,
  userScope,
} from "./access-token.subject";
import {
  type SigningKey,
  SigningKeys,
} from "../signing-keys/signing-keys.port";
import {
  ACCESS_TOKENS_OPTIONS,
  type AccessTokensOptions,
} from "./access-tokens.options";

/** Maximum number of verified tokens in the cache; one takes about 2 kB. */
const maxRememberedTokens = 10_000;
/** r ‖ s of P-256 (RFC 7518 §3.4). */
const es256SignatureBytes = 64;

export interface IssuedAccessToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** The scope, as in the token. */
  readonly scope: string;
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
   * Tokens whose signature was checked, by a digest of the whole token. This
   * saves only the signature check: expiry is checked every time.
   */
  private readonly remembered = new LRUCache<string, RememberedToken>({
    max: maxRememberedTokens,
  });

  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
    @Inject(ACCESS_TOKENS_OPTIONS)
    private readonly options: AccessTokensOptions,
  ) {}

  /**
   * @throws AuthError `service_unavailable` while no signing key is available
   *   or usable; TypeError for a claim that only the service may set;
   *   RangeError if the token would exceed the maximum size
   */
  async issue(subject: AccessTokenSubject): Promise<IssuedAccessToken> {
    const key = this.keys.current();
    const { issuer, audience, accessTokenTtlSeconds } = this.options;
    const iat = this.clock.nowSeconds();
    const claims = {
      ...claimsOfSubject(subject),
      iss: issuer,
      aud: audience,
      jti: randomUUID(),
      iat,
      exp: iat + accessTokenTtlSeconds,
    };
    const header = { alg: key.algorithm, typ: "at+jwt", kid: key.kid };
    const input = `${segment(header)}.${segment(claims)}`;
    const signature = await signatureOf(key, Buffer.from(input));
    const token = `${input}.${signature.toString("base64url")}`;
    if (token.length > maxAccessTokenBytes) {
      throw new RangeError("The claims are too large for an access token");
    }
    const { scope = userScope } = subject;
    return { token, scope, expiresIn: accessTokenTtlSeconds };
  }

  /**
   * @param token as the client sent it
   * @throws AuthError `unauthenticated`
   */
  verify(token: string): Principal {
    const digest = hash("sha256", token, "base64");
    const known = this.remembered.get(digest);
    const { keyId, principal } = known ?? this.check(token);
    // Since the signature was checked, the key may have been withdrawn and the
    // token may have expired.
    if (this.keys.find(keyId) === null) refuse("unknown_key");
    if (this.clock.nowSeconds() >= principal.expiresAt) refuse("expired");
    if (!known) this.remembered.set(digest, { keyId, principal });
    return principal;
  }

  private check(token: string): RememberedToken {
    const keyId = accessTokenKeyId(token);
    const key = this.keys.find(keyId);
    if (!key) refuse("unknown_key");
    const now = this.clock.nowSeconds();
    const principal = principalOf(this.jwt, token, key, this.options, now);
    return { keyId, principal };
  }
}

function segment(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

async function signatureOf(key: SigningKey, input: Buffer): Promise<Buffer> {
  let signature: Uint8Array;
  try {
    signature = await key.sign(input);
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    throw new AuthError("service_unavailable", {
      reason: "signing_failed",
      retryAfterSeconds: 5,
      cause,
    });
  }
  if (key.algorithm === "ES256" && signature.length !== es256SignatureBytes) {
    throw new TypeError("An ES256 signature has 64 bytes, r and s; not DER");
  }
  const { buffer, byteOffset, byteLength } = signature;
  return Buffer.from(buffer, byteOffset, byteLength);
}

function refuse(reason: string): never {
  throw new AuthError("unauthenticated", { reason });
}
