import { hash } from "node:crypto";
import type {
  AccountName,
  VerifiedIdentity,
} from "../identity/verified-identity";

/** What is kept of a sign-in beside the keys; the nonce has done its work. */
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

/** A sign-in needs the digest for its user and for its session. */
const digests = new WeakMap<AccountName, Buffer>();

/**
 * SHA-256 of an account's name: stands for it where the name itself is not
 * needed, or must not be kept.
 */
export function digestOf(account: AccountName): Buffer {
  const known = digests.get(account);
  if (known) return known;
  const { issuer, subject } = account;
  const digest = hash("sha256", JSON.stringify([issuer, subject]), "buffer");
  digests.set(account, digest);
  return digest;
}
