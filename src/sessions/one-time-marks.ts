import { randomBytes } from "node:crypto";
import { Injectable } from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import { nonceDigest, type OneTimeUse } from "./one-time-use";
import { oneTimeCondition, takeStatement } from "./one-time-use.statement";

/** How long a nonce may wait for its sign-in, in seconds. */
export const nonceTtlSeconds = 600;
/**
 * How long a nonce is known after that, in seconds: longer than any ID token
 * made with it is accepted (2 hours, and the clocks' difference).
 */
const nonceKeptSeconds = 3 * 3600;
/** Tokens are forgotten when no clock setting accepts them any more. */
const tokenKeptSeconds = 600;

export interface IssuedNonce {
  readonly nonce: string;
  /** Seconds until it is no longer accepted. */
  readonly expiresIn: number;
}

/** What may be used once: nonces given out here, and ID tokens. */
@Injectable()
export class OneTimeMarks {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    purge: Purge,
  ) {
    purge.add({
      table: "nonces",
      key: "digest",
      time: "expires_at",
      keptSeconds: nonceKeptSeconds,
    });
    purge.add({
      table: "used_id_tokens",
      key: "digest",
      time: "expires_at",
      keptSeconds: tokenKeptSeconds,
    });
  }

  /**
   * A fresh nonce of 256 random bits. Only its digest is kept.
   *
   * @throws AuthError `service_unavailable`
   */
  async issueNonce(): Promise<IssuedNonce> {
    const nonce = randomBytes(32).toString("base64url");
    const expiresAt = new Date(this.clock.now() + nonceTtlSeconds * 1000);
    await this.database.query(
      "INSERT INTO nonces (digest, expires_at) VALUES ($1, $2)",
      [nonceDigest(nonce), expiresAt.toISOString()],
    );
    return { nonce, expiresIn: nonceTtlSeconds };
  }

  /**
   * Uses up all of it, or says that it cannot be. Of any number of calls at
   * once, on any number of instances, one gets true.
   *
   * @throws AuthError `service_unavailable`
   */
  async take(use: OneTimeUse): Promise<boolean> {
    const { values } = oneTimeCondition(use, new Date(this.clock.now()));
    const granted = await this.database.query(takeStatement, values);
    return granted.length > 0;
  }

  /**
   * Why it cannot be used up, as a reason for the log; null when it can.
   *
   * @throws AuthError `service_unavailable`
   */
  async reasonAgainst(use: OneTimeUse): Promise<string | null> {
    const [token] = await this.database.query(
      "SELECT FROM used_id_tokens WHERE digest = $1",
      [use.token?.digest ?? null],
    );
    if (token) return "token_used";
    if (use.nonceRequired && use.nonceDigests.length === 0) {
      return "nonce_missing";
    }
    const [nonce] = await this.database.query<{ used: boolean; good: boolean }>(
      `SELECT used_at IS NOT NULL AS used, expires_at > $2::timestamptz AS good
       FROM nonces WHERE digest = ANY ($1::bytea[])`,
      [use.nonceDigests, new Date(this.clock.now()).toISOString()],
    );
    if (!nonce) return use.nonceRequired ? "nonce_unknown" : null;
    if (nonce.used) return "nonce_used";
    return nonce.good ? null : "nonce_expired";
  }
}
