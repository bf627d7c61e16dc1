import { type KeyObject, X509Certificate } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import type { Answer } from "../../common/cached-answer";
import { CachedKeys, type KeySet } from "../../common/cached-keys";
import { signingAlgorithmOf } from "../../common/signature-key";
import { Clock } from "../../common/clock.port";
import { fetchCertificates } from "./google-certificates";
import { IDENTITY_OPTIONS, type IdentityOptions } from "../identity.options";

/** How long a key set that cannot be renewed stays in use, in seconds. */
const maxStaleSeconds = 24 * 3600;

/**
 * Google's public keys: one fetch per cache life for the whole process, however
 * many sign-ins wait for it; an outage is never mistaken for a bad token.
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
   * The key that Google calls `keyId`.
   *
   * @throws AuthError `invalid_token` (`unknown_key`) when Google does not have
   *   it, `identity_provider_unavailable` when Google cannot be asked
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
    // Of another kind, or too short: no token of Google's is signed with it.
    if (signingAlgorithmOf(key) === "RS256") keys.set(keyId, key);
  }
  if (keys.size === 0) throw new Error("None of Google's keys is for RS256");
  return { value: keys, maxAgeSeconds };
}

/** OpenSSL's own words name neither the certificate nor that it was one. */
function publicKeyOf(pem: string): KeyObject {
  try {
    return new X509Certificate(pem).publicKey;
  } catch (cause) {
    throw new Error("One of Google's certificates cannot be read", { cause });
  }
}
