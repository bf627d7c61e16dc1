import { hash } from "node:crypto";
import type {
  AccountName,
  VerifiedIdentity,
} from "../identity/verified-identity";

/**
 * The claims that are stored in addition to the keys. The nonce is no longer
 * needed.
 */
export function storedClaims(
  identity: VerifiedIdentity,
): Record<string, unknown> {
  return {
    ...identity,
    issuer: undefined,
    subject: undefined,
    nonce: undefined,
    expiresAt: undefined,
    tokenDigest: undefined,
  };
}

/**
 * Cached, because a sign-in needs the digest for its user and for its session.
 */
const digests = new WeakMap<AccountName, Buffer>();

/**
 * SHA-256 of an account's issuer and subject, used where these are not needed
 * or must not be stored.
 */
export function digestOf(account: AccountName): Buffer {
  const known = digests.get(account);
  if (known) return known;
  const { issuer, subject } = account;
  const digest = hash("sha256", JSON.stringify([issuer, subject]), "buffer");
  digests.set(account, digest);
  return digest;
}
