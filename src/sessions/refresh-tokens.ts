import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { deriveKey } from "../common/secret-key";
import type { PresentedRefreshToken, Session } from "./session-store.port";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";

export interface IssuedRefreshToken {
  readonly token: string;
  /** Seconds until it expires if unused, by the store's clock. */
  readonly expiresIn: number;
}

interface Keys {
  readonly proof: Buffer;
  readonly tag: Buffer;
}

const proofBytes = 32;
const tagBytes = 16;
const form =
  /^v1\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9]\d{0,8})\.([\w-]{64})$/;

/**
 * Refresh tokens, derived and not stored:
 *
 *     v1.<session id>.<generation>.<proof ‖ tag>
 *     proof = SHA-256(salt ‖ HMAC-SHA256(key, id.generation))
 *     tag   = the first 16 bytes of HMAC-SHA256(another key, id.generation.proof)
 *
 * The tag reveals a forged token without a query. The proof needs the salt,
 * which only the database has: neither the database nor SECRET_KEY alone is
 * sufficient to create a token. The same generation always yields the same
 * token.
 */
@Injectable()
export class RefreshTokens {
  /** The current key and, during a change, the previous one. */
  private readonly keys: readonly Keys[];
  private readonly current: Keys;

  constructor(@Inject(SESSIONS_OPTIONS) options: SessionsOptions) {
    this.current = keysFrom(options.secretKey);
    this.keys = [
      this.current,
      ...(options.previousSecretKey
        ? [keysFrom(options.previousSecretKey)]
        : []),
    ];
  }

  /** The refresh token of a session's current generation. */
  issue(session: Session): IssuedRefreshToken {
    const name = `${session.id}.${session.generation}`;
    const pepper = hmac(this.current.proof, name);
    const proof = hash(
      "sha256",
      Buffer.concat([session.salt, pepper]),
      "buffer",
    );
    const tag = tagOf(this.current, name, proof);
    const ends = Math.min(
      session.idleExpiresAt.getTime(),
      session.absoluteExpiresAt.getTime(),
    );
    return {
      token: `v1.${name}.${Buffer.concat([proof, tag]).toString("base64url")}`,
      expiresIn: Math.max(
        0,
        Math.round((ends - session.lastUsedAt.getTime()) / 1000),
      ),
    };
  }

  /**
   * Parses a presented token; null if it was not issued here. No I/O, so that
   * forged tokens are cheap to refuse.
   *
   * @param token untrusted
   */
  read(token: string): PresentedRefreshToken | null {
    const match = form.exec(token);
    const [, sessionId, generation, encoded] = match ?? [];
    if (!sessionId || !generation || !encoded) return null;
    const bytes = Buffer.from(encoded, "base64url");
    const proof = bytes.subarray(0, proofBytes);
    const tag = bytes.subarray(proofBytes);
    const name = `${sessionId}.${generation}`;
    const keys = this.keys.find((candidate) =>
      timingSafeEqual(tag, tagOf(candidate, name, proof)),
    );
    if (!keys) return null;
    return {
      sessionId,
      generation: Number(generation),
      pepper: hmac(keys.proof, name),
      proof,
    };
  }
}

/** Whether a token belongs to this session, regardless of its generation. */
export function isOfSession(
  { sessionId, pepper, proof }: PresentedRefreshToken,
  session: Session,
): boolean {
  const own = hash("sha256", Buffer.concat([session.salt, pepper]), "buffer");
  return sessionId === session.id && timingSafeEqual(own, proof);
}

function keysFrom(secretKey: string): Keys {
  return {
    proof: deriveKey(secretKey, "refresh-token"),
    tag: deriveKey(secretKey, "refresh-token-tag"),
  };
}

function tagOf({ tag }: Keys, name: string, proof: Buffer): Buffer {
  return hmac(tag, Buffer.concat([Buffer.from(`${name}.`), proof])).subarray(
    0,
    tagBytes,
  );
}

function hmac(key: Buffer, content: string | Buffer): Buffer {
  return createHmac("sha256", key).update(content).digest();
}
