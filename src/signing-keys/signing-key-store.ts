import { createPrivateKey, type KeyObject } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import { Clock } from "../common/clock.port";
import { advisoryLocks, Database } from "../database/database";
import { type KeySecrets, macAgeOf, openPrivateKey } from "./key-encryption";
import { isDue, mayStartSigning } from "./key-life";
import {
  auditEventOf,
  type RemovalOutcome,
  type RotationOutcome,
  type SigningKeyChange,
} from "./signing-key-change";
import { SigningKeyTransaction } from "./signing-key-transaction";
import { allKeys, SigningKeyRows, type StoredKey } from "./signing-key.rows";
import {
  SIGNING_KEYS_OPTIONS,
  type SigningKeysOptions,
} from "./signing-keys.options";

/** The options that the store needs. */
export type KeyStoreOptions = KeySecrets &
  Pick<SigningKeysOptions, "rotationDays">;

const defaultRotationDays = 30;

/**
 * The signing keys in the database, and every change of them: one transaction
 * each, under a lock shared by all instances, so that every change is atomic
 * and happens once.
 */
@Injectable()
export class SigningKeyStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
    @Inject(SIGNING_KEYS_OPTIONS) private readonly options: KeyStoreOptions,
  ) {}

  /** @throws AuthError `service_unavailable` */
  load(): Promise<StoredKey[]> {
    return this.database.query<StoredKey>(allKeys, []);
  }

  /** Whether the key was stored by a holder of our secret. */
  isGenuine(key: StoredKey): boolean {
    return macAgeOf(this.options, key) !== null;
  }

  /**
   * The private half; null if it was deleted, or was encrypted with another
   * secret.
   */
  open({ kid, encryptedPrivateKey }: StoredKey): KeyObject | null {
    if (!encryptedPrivateKey) return null;
    const opened = openPrivateKey(this.options, kid, encryptedPrivateKey);
    if (!opened) return null;
    return createPrivateKey({ key: opened.der, format: "der", type: "pkcs8" });
  }

  /** Whether {@link keepInOrder} has nothing to do. */
  isInOrder(keys: readonly StoredKey[]): boolean {
    const { current, next } = byState(keys);
    if (!current || !next || this.mayRotate(current, next)) return false;
    return keys.every((key) => macAgeOf(this.options, key) !== "outdated");
  }

  /**
   * Creates missing keys, rotates on schedule, and re-encrypts with the current
   * SECRET_KEY. Concurrent; idempotent.
   *
   * @returns all keys, and what was done
   * @throws UnreadableSigningKeysError, AuthError `service_unavailable`
   */
  keepInOrder(): Promise<{
    readonly keys: readonly StoredKey[];
    readonly changes: readonly SigningKeyChange[];
  }> {
    return this.change(async (transaction) => {
      const keys = await transaction.all();
      await transaction.reEncrypt(keys);
      const { current, next } = byState(keys);
      if (!current) await transaction.succeed(null, next, "repair");
      else if (!next) await transaction.create("next");
      else if (this.mayRotate(current, next)) {
        await transaction.succeed(current, next, "schedule");
      }
      return { keys: await transaction.all(), changes: transaction.changes };
    });
  }

  /**
   * Makes the next key the signing key. Concurrent; idempotent until the key
   * after it may sign: of several concurrent calls, one rotates.
   *
   * @throws UnreadableSigningKeysError, AuthError `service_unavailable`
   */
  rotate(): Promise<RotationOutcome> {
    return this.change(async (transaction) => {
      const keys = await transaction.all();
      await transaction.reEncrypt(keys);
      const { current, next } = byState(keys);
      if (!current || !next) return { kind: "no-keys" };
      const from = mayStartSigning(next.createdAt);
      if (this.clock.now() >= from) {
        await transaction.succeed(current, next, "command");
        return { kind: "rotated", kid: next.kid, previousKid: current.kid };
      }
      // A rotation creates the next key at the moment the current one starts to
      // sign.
      return current.notBefore?.getTime() === next.createdAt.getTime()
        ? { kind: "rotated-before", kid: current.kid, since: current.notBefore }
        : { kind: "too-early", nextKid: next.kid, from: new Date(from) };
    });
  }

  /**
   * Removes a key permanently: its tokens are refused by every instance after
   * its next reload, and elsewhere once every cached JWKS with it has expired.
   * If it was current, the next key signs immediately. Concurrent; idempotent.
   *
   * @param spareCurrent do nothing if it is the current key
   * @throws UnreadableSigningKeysError, AuthError `service_unavailable`
   */
  remove(kid: string, spareCurrent: boolean): Promise<RemovalOutcome> {
    return this.change(async (transaction) => {
      const keys = await transaction.all();
      const { current, next } = byState(keys);
      const key = keys.find((candidate) => candidate.kid === kid);
      if (!key) return { kind: "unknown" };
      if (key === current && spareCurrent) return { kind: "signs" };
      if (key.state === "previous") {
        await transaction.remove(key);
        return { kind: "removed", state: key.state, successor: null };
      }
      await transaction.reEncrypt(keys);
      await transaction.remove(key);
      if (key === next) {
        await transaction.create("next");
        return { kind: "removed", state: key.state, successor: null };
      }
      const now = this.clock.now();
      const knownFrom = mayStartSigning(next?.createdAt ?? new Date(now));
      return {
        kind: "removed",
        state: key.state,
        successor: {
          kid: await transaction.succeed(null, next, "removal"),
          unknownUntil: now < knownFrom ? new Date(knownFrom) : null,
        },
      };
    });
  }

  private change<T>(
    run: (transaction: SigningKeyTransaction) => Promise<T>,
  ): Promise<T> {
    return this.database.withLock(advisoryLocks.signingKeys, (transaction) =>
      run(
        new SigningKeyTransaction(
          new SigningKeyRows(transaction.query, new Date(this.clock.now())),
          this.options,
          async (change) => {
            const event = auditEventOf(change);
            if (event) await this.audit.record(event, transaction);
          },
        ),
      ),
    );
  }

  private mayRotate(current: StoredKey, next: StoredKey): boolean {
    const { rotationDays = defaultRotationDays } = this.options;
    const now = this.clock.now();
    return (
      isDue(current.notBefore ?? current.createdAt, now, rotationDays) &&
      now >= mayStartSigning(next.createdAt)
    );
  }
}

function byState(keys: readonly StoredKey[]): {
  readonly current: StoredKey | undefined;
  readonly next: StoredKey | undefined;
} {
  return {
    current: keys.find(({ state }) => state === "current"),
    next: keys.find(({ state }) => state === "next"),
  };
}
