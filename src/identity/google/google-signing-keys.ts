import { type KeyObject, X509Certificate } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import type { Answer } from "../../common/cached-answer";
import { CachedKeys, type KeySet } from "../../common/cached-keys";
import { signingAlgorithmOf } from "../../common/signature-key";
import { Clock } from "../../common/clock.port";
import { fetchCertificates } from "./google-certificates";
import { IDENTITY_OPTIONS, type IdentityOptions } from "../identity.options";

/** How long an expired key set stays in use while Google is unreachable, in seconds. */
const maxStaleSeconds = 24 * 3600;

/**
 * Google's public keys: fetched once per cache lifetime for the whole process,
 * however many sign-ins wait for them. An outage is never reported as a bad token.
 */
@Injectable()
export class GoogleSigningKeys {
  private readonly keys: CachedKeys;

  constructor(
    @Inject(IDENTITY_OPTIONS) { certsUrl }: IdentityOptions,
    clock: Clock,
  ) {
    this.keys = new CachedKeys(
      {
        name: "Google's signing keys",
        maxStaleSeconds,
        ask: () => fetchKeys(certsUrl),
        unavailable: (retryAfterSeconds, cause) =>
          new AuthError("identity_provider_unavailable", {
            reason: "keys_unavailable",
            retryAfterSeconds,
            cause,
          }),
      },
      clock,
      GoogleSigningKeys.name,
    );
  }

  /**
   * The key with this `kid`.
   *
   * @throws AuthError `invalid_token` (`unknown_key`) when Google does not
   *   publish it, `identity_provider_unavailable` when Google is unreachable
   */
  async find(keyId: string): Promise<KeyObject> {
    const key = await this.keys.find(keyId);
    if (key) return key;
    throw new AuthError("invalid_token", { reason: "unknown_key" });
  }
}

async function fetchKeys(certsUrl: string): Promise<Answer<KeySet>> {
  const { certificates, maxAgeSeconds } = await fetchCertificates(certsUrl);
  const keys = new Map<string, KeyObject>();
  for (const [keyId, pem] of certificates) {
    const key = publicKeyOf(pem);
    // Google signs ID tokens with RS256 only.
    if (signingAlgorithmOf(key) === "RS256") keys.set(keyId, key);
  }
  if (keys.size === 0) throw new Error("Google publishes no key for RS256");
  return { value: keys, maxAgeSeconds };
}

/** OpenSSL's own message does not say that a certificate is the problem. */
function publicKeyOf(pem: string): KeyObject {
  try {
    return new X509Certificate(pem).publicKey;
  } catch (cause) {
    throw new Error("One of Google's certificates cannot be read", { cause });
  }
}
