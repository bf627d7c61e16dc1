import type { AuditTrail } from "../audit/audit-trail";
import type { Clock } from "../common/clock.port";
import type { Database, Transaction } from "../database/database";
import { googleIssuer } from "../identity/google/id-token.claims";
import { type Candidate, candidateOf, newUser } from "./candidate";
import { type ImportedUser, importedUserFrom } from "./imported-user";
import type { ImportRecord } from "./import-record";
import { importSources, type ImportSourceName } from "./import-sources";
import {
  findKnown,
  insertUsers,
  type KnownUser,
  type SoughtUser,
} from "./postgres-user-import.statements";
import { RecordFault, SourceRecord } from "./source-record";

export interface UserImportOptions {
  readonly source: ImportSourceName;
  /**
   * Whether users keep the ids of the other system, which must then be UUIDs.
   */
  readonly keepIds: boolean;
  /** Whether to write nothing, and only find out what would happen. */
  readonly dryRun: boolean;
}

/** How many records had which outcome. */
export interface ImportTally {
  /** Users that were created, or would be in a dry run. */
  created: number;
  /** Users whose account was here already; not changed. */
  known: number;
  /** Users without a Google account. */
  withoutGoogle: number;
  refused: number;
}

/** What happens during an import; called between the batches. */
export interface ImportListener {
  readonly onProgress?: (tally: Readonly<ImportTally>) => void;
  /** @param reason contains nothing of the record */
  readonly onRefused: (place: string, reason: string) => void;
}

/** How many users one transaction creates. */
const batchSize = 500;
/** How often a batch is tried if another import creates users at the same time. */
const maxAttempts = 3;

/**
 * Imports users from the export of another system: a user and its Google
 * account for each record. Google's id of the account (sub) decides whether a
 * user is known, so a second run changes nothing.
 */
export class UserImport {
  private readonly tally: ImportTally = {
    created: 0,
    known: 0,
    withoutGoogle: 0,
    refused: 0,
  };
  /** Where each account and each kept id of the file was first. */
  private readonly places = new Map<string, string>();

  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly options: UserImportOptions,
  ) {}

  /**
   * @returns when all records have been read, and all batches are committed
   * @throws AuthError `service_unavailable`; the batches until then stay
   */
  async run(
    records: AsyncIterable<ImportRecord>,
    listener: ImportListener,
  ): Promise<Readonly<ImportTally>> {
    let batch: Candidate[] = [];
    const flush = async () => {
      if (batch.length > 0) await this.import(batch, listener);
      batch = [];
      listener.onProgress?.(this.tally);
    };
    for await (const record of records) {
      try {
        const user = this.userOf(record);
        if (user) {
          const { keepIds } = this.options;
          const candidate = candidateOf(record.place, user, keepIds);
          batch.push(this.unrepeated(candidate));
        } else {
          this.tally.withoutGoogle += 1;
        }
      } catch (error) {
        if (!(error instanceof RecordFault)) throw error;
        this.refuse(record.place, error.message, listener);
      }
      if (batch.length >= batchSize) await flush();
    }
    await flush();
    return this.tally;
  }

  private refuse(place: string, reason: string, listener: ImportListener) {
    this.tally.refused += 1;
    listener.onRefused(place, reason);
  }

  private userOf(record: ImportRecord): ImportedUser | undefined {
    if ("fault" in record) throw new RecordFault(record.fault);
    const source = importSources[this.options.source];
    const fields = source.fieldsOf(SourceRecord.of(record.value));
    return fields && importedUserFrom(fields, this.clock.now());
  }

  /** @throws RecordFault if an earlier record has the same account or id */
  private unrepeated(candidate: Candidate): Candidate {
    const { place, id, user } = candidate;
    const keys = [
      [`sub ${user.subject}`, "the same Google account"],
      [`id ${id}`, "the same id"],
    ] as const;
    for (const [key, what] of keys) {
      const first = this.places.get(key);
      if (first !== undefined) throw new RecordFault(`${first} has ${what}`);
    }
    this.places.set(keys[0][0], place);
    // New ids do not repeat.
    if (this.options.keepIds) this.places.set(keys[1][0], place);
    return candidate;
  }

  private async import(
    batch: readonly Candidate[],
    listener: ImportListener,
  ): Promise<void> {
    const known = await this.writeUnlessDry(batch);
    batch.forEach(({ place, id }, n) => {
      const row = known.get(n);
      if (!row) {
        this.tally.created += 1;
      } else if (row.owner === null) {
        this.refuse(place, "another user has this id already", listener);
      } else if (this.options.keepIds && row.owner !== id) {
        const reason = `the Google account belongs to the user ${row.owner} already`;
        this.refuse(place, reason, listener);
      } else {
        this.tally.known += 1;
      }
    });
  }

  /** @returns what is known already, by place in the batch; the rest is new */
  private async writeUnlessDry(
    batch: readonly Candidate[],
  ): Promise<ReadonlyMap<number, KnownUser>> {
    if (this.options.dryRun) return findIn(batch, this.database);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.database.transaction((transaction) =>
          this.write(batch, transaction),
        );
      } catch (error) {
        // Another import has just created a user with one of the ids.
        if (attempt >= maxAttempts || !isUniqueViolation(error)) throw error;
      }
    }
  }

  private async write(
    batch: readonly Candidate[],
    transaction: Transaction,
  ): Promise<ReadonlyMap<number, KnownUser>> {
    const known = await findIn(batch, transaction);
    const unknown = batch.filter((_, n) => !known.has(n));
    if (unknown.length === 0) return known;
    const rows = await transaction.query<{ id: string }>(insertUsers, [
      JSON.stringify(unknown.map(newUser)),
      googleIssuer,
      this.clock.statementTime(),
    ]);
    const ids = new Set(rows.map(({ id }) => id));
    const created = unknown.filter(({ id }) => ids.has(id));
    const { source } = this.options;
    await this.audit.recordAll(
      created.map(({ id, user: { roles, status } }) => ({
        event: "user_imported",
        userId: id,
        details: { source, roles, status },
      })),
      transaction,
    );
    if (created.length === unknown.length) return known;
    // The others have just signed in for the first time.
    const now = await findIn(batch, transaction);
    return new Map([...now].filter(([n]) => !ids.has(batch[n]?.id ?? "")));
  }
}

async function findIn(
  batch: readonly Candidate[],
  { query }: Pick<Transaction, "query">,
): Promise<ReadonlyMap<number, KnownUser>> {
  const sought = batch.map(({ id, user: { subject } }, n): SoughtUser => ({
    n,
    id,
    subject,
  }));
  const values = [JSON.stringify(sought), googleIssuer];
  const known = await query<KnownUser>(findKnown, values);
  return new Map(known.map((row) => [row.n, row]));
}

/** SQLSTATE unique_violation. */
function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown }).code === "23505";
}
