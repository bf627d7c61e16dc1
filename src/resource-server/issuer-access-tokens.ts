import { hash } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { JwtService } from "@nestjs/jwt";
import { LRUCache } from "lru-cache";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import type { Principal } from "../common/principal";
import { accessTokenKeyId } from "../access-tokens/access-token.claims";
import { principalOf } from "../access-tokens/access-token.signature";
import { IssuerIntrospection } from "./issuer-introspection";
import { IssuerKeys } from "./issuer-keys";
import { IssuerMetadata, isTrustworthyUrl } from "./issuer-metadata";
import { AccessTokenVerifier } from "../auth/access/access-token-verifier";
import {
  RESOURCE_SERVER_OPTIONS,
  type ResourceServerOptions,
} from "./resource-server.options";

/** Maximum number of verified tokens in the cache; one takes about 2 kB. */
const maxRememberedTokens = 10_000;

/**
 * Verifies the tokens of another service with its published keys and, if
 * configured, by introspection.
 */
@Injectable()
export class IssuerAccessTokens extends AccessTokenVerifier {
  /** By a digest of the whole token; saves only the signature check. */
  private readonly remembered = new LRUCache<string, Principal>({
    max: maxRememberedTokens,
  });
  private readonly keys: IssuerKeys;
  private readonly introspection: IssuerIntrospection | null;
  private readonly expected: { issuer: string; audience: string };

  constructor(
    @Inject(RESOURCE_SERVER_OPTIONS) options: ResourceServerOptions,
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {
    super();
    const { issuer, audience = issuer, allowHttp = false } = options;
    const { jwksUri, introspection } = options;
    for (const url of [jwksUri, introspection?.endpoint]) {
      if (url !== undefined && !isTrustworthyUrl(url, allowHttp)) {
        throw new Error("The issuer's endpoints must be https URLs");
      }
    }
    const metadata = new IssuerMetadata({ issuer, allowHttp }, clock);
    this.expected = { issuer, audience };
    this.keys = new IssuerKeys(
      async () => jwksUri ?? (await metadata.get()).jwksUri,
      clock,
    );
    this.introspection = introspection
      ? new IssuerIntrospection(
          async () => introspection.endpoint ?? endpointOf(metadata),
          introspection,
          clock,
        )
      : null;
  }

  override async verify(token: string): Promise<Principal> {
    const keyId = accessTokenKeyId(token);
    // Every time, because the issuer may have withdrawn it.
    const key = await this.keys.find(keyId);
    const digest = hash("sha256", token, "base64");
    const now = this.clock.nowSeconds();
    let principal = this.remembered.get(digest);
    if (!principal) {
      principal = principalOf(this.jwt, token, key, this.expected, now);
      this.remembered.set(digest, principal);
    }
    if (now >= principal.expiresAt) {
      throw new AuthError("unauthenticated", { reason: "expired" });
    }
    await this.introspection?.check(token);
    return principal;
  }
}

async function endpointOf(metadata: IssuerMetadata): Promise<string> {
  const { introspectionEndpoint } = await metadata.get();
  if (introspectionEndpoint !== null) return introspectionEndpoint;
  throw new Error("The issuer does not support introspection");
}
