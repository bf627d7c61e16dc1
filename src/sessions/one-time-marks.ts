import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { nonceAgrees } from "../common/nonce";
import { deriveKey } from "../common/secret-key";
import { Database, type Transaction } from "../database/database";
import { Purge } from "../database/purge";
import type { VerifiedIdentity } from "../identity/verified-identity";
import {
  nonceMarkOf,
  oneTimeCondition,
  type OneTimeMark,
  type OneTimeRules,
  type OneTimeUse,
  takeStatement,
  tokenMarkOf,
} from "./one-time-use";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";

/** Lifetime of a nonce, in seconds. */
export const nonceTtlSeconds = 600;
/**
 * How long a used mark is kept after its expiry, in seconds, until it has
 * expired by every clock.
 */
const keptSeconds = 600;

const expiryBytes = 6;
const randomLength = 16;
const macLength = 16;
const form = /^n1\.([\w-]{51})$/;

export interface IssuedNonce {
  readonly nonce: string;
  /** Seconds until it is no longer accepted. */
  readonly expiresIn: number;
}

/**
 * Things that can be used once: nonces issued here, and ID tokens.
 *
 * A nonce is `n1.` followed by the base64url of its expiry, 128 random bits and
 * a MAC over both. Issuing one stores nothing; only using it does.
 */
@Injectable()
export class OneTimeMarks {
  private readonly keys: readonly Buffer[];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(SESSIONS_OPTIONS) options: SessionsOptions,
    purge: Purge,
  ) {
    const { secretKey, previousSecretKey } = options;
    this.keys = [secretKey, previousSecretKey]
      .filter((key) => key !== null)
      .map((key) => deriveKey(key, "nonce"));
    for (const table of ["nonces", "used_id_tokens"]) {
      purge.add({ table, key: "digest", time: "expires_at", keptSeconds });
    }
  }

  /** A fresh nonce. No I/O. */
  issueNonce(): IssuedNonce {
    const content = Buffer.alloc(expiryBytes + randomLength);
    const expiresAt = this.clock.nowSeconds() + nonceTtlSeconds;
    content.writeUIntBE(expiresAt, 0, expiryBytes);
    randomBytes(randomLength).copy(content, expiryBytes);
    const nonce = Buffer.concat([content, this.mac(0, content)]);
    return {
      nonce: `n1.${nonce.toString("base64url")}`,
      expiresIn: nonceTtlSeconds,
    };
  }

  /**
   * What the sign-in of an identity consumes; null if nothing.
   *
   * Google signs the nonce as the client sent it, and some SDKs send the
   * SHA-256 of the app's nonce. A digest does not reveal which nonce it is for,
   * so the request must contain the nonce.
   *
   * @param named the nonce of the request, if any; untrusted
   * @throws AuthError `invalid_token` if the two do not match, or if the nonce
   *   does not or no longer satisfies the rules
   * @see https://openid.net/specs/openid-connect-core-1_0.html#NonceNotes
   */
  useOf(
    identity: VerifiedIdentity,
    named: string | null | undefined,
    rules: OneTimeRules,
  ): OneTimeUse | null {
    const nonce = this.nonceOf(identity.nonce, named);
    if (!nonce && rules.nonce === "required") {
      refuse(identity.nonce === null ? "nonce_missing" : "nonce_unknown");
    }
    const token = rules.idToken === "once" ? tokenMarkOf(identity) : null;
    return nonce || token ? { nonce, token } : null;
  }

  /**
   * Consumes all of it, or returns false. Of any number of concurrent calls, on
   * any number of instances, exactly one returns true.
   *
   * @throws AuthError `service_unavailable`
   */
  async take(
    use: OneTimeUse,
    { query }: Pick<Transaction, "query"> = this.database,
  ): Promise<boolean> {
    const { values } = oneTimeCondition(use);
    return (await query(takeStatement, values)).length > 0;
  }

  /**
   * Why it cannot be consumed, as a reason for the log; null if it can.
   *
   * @throws AuthError `service_unavailable`
   */
  async reasonAgainst(
    { nonce, token }: OneTimeUse,
    { query }: Pick<Transaction, "query"> = this.database,
  ): Promise<string | null> {
    const [used] = await query<{
      token: boolean;
      nonce: boolean;
    }>(
      `SELECT EXISTS (SELECT FROM google_auth.used_id_tokens WHERE digest = $1) AS token,
        EXISTS (SELECT FROM google_auth.nonces WHERE digest = $2) AS nonce`,
      [token?.digest ?? null, nonce?.digest ?? null],
    );
    if (used?.token) return "token_used";
    return used?.nonce ? "nonce_used" : null;
  }

  /** The nonce that a token was requested with, if we issued it. */
  private nonceOf(
    signed: string | null,
    named: string | null | undefined,
  ): OneTimeMark | null {
    if (named && !nonceAgrees(signed, named)) refuse("nonce_mismatch");
    for (const nonce of [signed, named]) {
      const expiresAt = nonce ? this.expiryOf(nonce) : null;
      if (!nonce || expiresAt === null) continue;
      if (expiresAt <= this.clock.nowSeconds()) refuse("nonce_expired");
      return nonceMarkOf(nonce, new Date(expiresAt * 1000));
    }
    return null;
  }

  /**
   * When a nonce expires, in seconds since 1970; null if it was not issued
   * here.
   */
  private expiryOf(nonce: string): number | null {
    const [, encoded] = form.exec(nonce) ?? [];
    if (!encoded) return null;
    const bytes = Buffer.from(encoded, "base64url");
    const content = bytes.subarray(0, expiryBytes + randomLength);
    const mac = bytes.subarray(expiryBytes + randomLength);
    // Unused bits would allow several spellings of one nonce.
    if (bytes.toString("base64url") !== encoded) return null;
    const isOurs = this.keys.some((_key, index) =>
      timingSafeEqual(mac, this.mac(index, content)),
    );
    return isOurs ? content.readUIntBE(0, expiryBytes) : null;
  }

  private mac(key: number, content: Buffer): Buffer {
    return createHmac("sha256", this.keys[key] ?? "")
      .update(content)
      .digest()
      .subarray(0, macLength);
  }
}

function refuse(reason: string): never {
  throw new AuthError("invalid_token", { reason });
}
