import {
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  verify,
} from "node:crypto";
import type { Clock } from "../../src/common/clock.port";
import type { TestService } from "../../src/testing/test-service";

interface KeptKeys {
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** Milliseconds since 1970. */
  readonly freshUntil: number;
}

/**
 * A third-party service that verifies our access tokens with the least fetching
 * allowed: it caches the JWKS for exactly its `max-age`, even if a key is
 * unknown.
 */
export class ResourceServer {
  private kept: KeptKeys | undefined;
  private asked = 0;

  /**
   * @param issuers the issuer's instances, which are used in turn
   * @param clock of this server
   */
  constructor(
    private readonly issuers: readonly TestService[],
    private readonly clock: Clock,
  ) {}

  /** @returns the reason of the refusal; null if the token is valid */
  async refusalOf(token: string): Promise<string | null> {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const { alg, typ, kid } = decode(header);
    if (alg !== "ES256" || typ !== "at+jwt") return "wrong header";
    const key = (await this.keys()).get(String(kid));
    if (!key) return `unknown key ${String(kid)}`;
    const good = verify(
      "sha256",
      Buffer.from(`${header}.${payload}`),
      { key, dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
    if (!good) return "wrong signature";
    const { iss, aud, exp } = decode(payload);
    const expected = "https://service.example";
    if (iss !== expected || aud !== expected) return "not for us";
    return Number(exp) > this.clock.nowSeconds() ? null : "expired";
  }

  private async keys(): Promise<KeptKeys["keys"]> {
    const now = this.clock.now();
    if (!this.kept || now >= this.kept.freshUntil) this.kept = await this.ask();
    return this.kept.keys;
  }

  private async ask(): Promise<KeptKeys> {
    const now = this.clock.now();
    const instance = this.issuers[this.asked++ % this.issuers.length];
    if (!instance) throw new Error("There are no issuers");
    const answer = await instance.fetch("/.well-known/jwks.json");
    const caching = answer.headers.get("cache-control") ?? "";
    const [, maxAge] = /^public, max-age=(\d+)$/.exec(caching) ?? [];
    const { keys } = (await answer.json()) as { keys: JsonWebKey[] };
    return {
      keys: new Map(
        keys.map((key) => [
          String(key.kid),
          createPublicKey({ key, format: "jwk" }),
        ]),
      ),
      freshUntil: now + Number(maxAge) * 1000,
    };
  }
}

function decode(segment: string): Record<string, unknown> {
  const text = Buffer.from(segment, "base64url").toString();
  return JSON.parse(text) as Record<string, unknown>;
}
