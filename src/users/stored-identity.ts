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

/**
 * SHA-256 of an account's name: stands for it where the name itself is not
 * needed, or must not be kept.
 */
export function digestOf({ issuer, subject }: AccountName): Buffer {
  return hash("sha256", JSON.stringify([issuer, subject]), "buffer");
}
