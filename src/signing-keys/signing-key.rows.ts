import type { JsonWebKey } from "node:crypto";
import type { SigningAlgorithm } from "../common/signature-key";
import type { Transaction } from "../database/database";
import { keptAfterUseSeconds } from "./key-life";
import type { SigningKeyState } from "./signing-key.entity";

/** A row of `signing_keys`. */
export interface StoredKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly state: SigningKeyState;
  readonly publicJwk: JsonWebKey;
  /** Null once the key has stopped signing. */
  readonly encryptedPrivateKey: Buffer | null;
  /** MAC of the public half; see `macOf`. */
  readonly mac: Buffer;
  /** Published since. */
  readonly createdAt: Date;
  /** Signs since; null while it is next. */
  readonly notBefore: Date | null;
  /** Accepted until; null while it may still sign. */
  readonly expiresAt: Date | null;
}

/** All keys, most recently replaced first. */
export const allKeys = `SELECT kid, algorithm, state, public_jwk AS "publicJwk",
  encrypted_private_key AS "encryptedPrivateKey", mac, created_at AS "createdAt",
  not_before AS "notBefore", expires_at AS "expiresAt"
FROM google_auth.signing_keys ORDER BY expires_at DESC NULLS FIRST, kid`;

/** Changes of rows; each is one statement of a transaction. */
export class SigningKeyRows {
  constructor(
    private readonly query: Transaction["query"],
    /** The time of all changes in this transaction. */
    private readonly now: Date,
  ) {}

  all(): Promise<StoredKey[]> {
    return this.query<StoredKey>(allKeys, []);
  }

  async insert(
    key: Pick<StoredKey, "kid" | "algorithm" | "publicJwk" | "mac"> & {
      readonly encryptedPrivateKey: Buffer;
    },
    state: "next" | "current",
  ): Promise<void> {
    await this.query(
      `INSERT INTO google_auth.signing_keys (kid, algorithm, state, public_jwk,
        encrypted_private_key, mac, not_before, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        key.kid,
        key.algorithm,
        state,
        JSON.stringify(key.publicJwk),
        key.encryptedPrivateKey,
        key.mac,
        state === "current" ? this.now : null,
        this.now,
      ],
    );
  }

  /** The key stops signing. Verification does not need the private half. */
  async retire(kid: string): Promise<void> {
    const until = this.now.getTime() + keptAfterUseSeconds * 1000;
    await this.query(
      `UPDATE google_auth.signing_keys SET state = 'previous', expires_at = $2,
        encrypted_private_key = NULL WHERE kid = $1`,
      [kid, new Date(until)],
    );
  }

  /** The key starts to sign. */
  async promote(kid: string): Promise<void> {
    await this.query(
      `UPDATE google_auth.signing_keys SET state = 'current', not_before = $2
        WHERE kid = $1`,
      [kid, this.now],
    );
  }

  /** @param encryptedPrivateKey null if there is no private half */
  async protect(
    kid: string,
    encryptedPrivateKey: Buffer | null,
    mac: Buffer,
  ): Promise<void> {
    await this.query(
      `UPDATE google_auth.signing_keys SET encrypted_private_key = $2, mac = $3
        WHERE kid = $1`,
      [kid, encryptedPrivateKey, mac],
    );
  }

  async delete(kid: string): Promise<void> {
    await this.query(`DELETE FROM google_auth.signing_keys WHERE kid = $1`, [
      kid,
    ]);
  }

  /**
   * Deletes keys that are no longer accepted. The database's clock must agree:
   * ours may have jumped, and a deleted key cannot be restored.
   */
  async deleteExpired(): Promise<void> {
    await this.query(
      `DELETE FROM google_auth.signing_keys WHERE expires_at < least($1, now())`,
      [this.now],
    );
  }
}
