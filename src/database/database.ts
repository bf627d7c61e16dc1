import { hash } from "node:crypto";
import type { Pool } from "pg";
import type { DataSource, EntityManager } from "typeorm";
import { asServiceUnavailable } from "./database-outage";

/**
 * Where all of this software's hand-written SQL goes through: one statement is
 * one round trip, and an outage is told from a bug.
 *
 * Statements are prepared once per connection: planning the sign-in statement
 * takes longer than running it.
 */
export class Database {
  private readonly names = new Map<string, string>();
  private prepares = true;

  /**
   * @param source the DataSource, or how to get it once it is needed
   * @param isOwn whether nobody else uses it, so that it is closed with this
   */
  constructor(
    private readonly source: DataSource | (() => DataSource),
    private readonly isOwn = false,
  ) {}

  /** Closes the connections, unless they are the application's. */
  async close(): Promise<void> {
    if (this.isOwn && this.dataSource.isInitialized)
      await this.dataSource.destroy();
  }

  /** For what is not hot: repositories and query builders on the entities. */
  get dataSource(): DataSource {
    return typeof this.source === "function" ? this.source() : this.source;
  }

  /** Connections that are open and idle, and calls that wait for one. */
  get connections(): Record<"open" | "idle" | "waiting", number> {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { open: totalCount, idle: idleCount, waiting: waitingCount };
  }

  /** TypeORM's: it has no way to name a statement; its pool has. */
  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /**
   * Reads through TypeORM: `database.read((manager) => manager.find(…))`.
   *
   * @throws AuthError `service_unavailable` when the database cannot answer
   */
  async read<T>(run: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await run(this.dataSource.manager);
    } catch (error) {
      throw asServiceUnavailable(error);
    }
  }

  /**
   * Runs one statement, a transaction of its own, on a pooled connection. If
   * Postgres takes it back because of others, it is run again.
   *
   * @param text a constant; every different text is kept for good
   * @param values bound as $1, $2, …; never part of the text
   * @throws AuthError `service_unavailable` when the database cannot answer
   */
  readonly query = async <Row>(
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.run<Row>(text, values);
      } catch (error) {
        // In either case nothing of the statement is left, so it may run again.
        if (this.prepares && hasState(error, lostPreparedStatement)) {
          this.prepares = false;
        } else if (
          attempt >= maxAttempts ||
          !hasState(error, lostAgainstOthers)
        ) {
          throw asServiceUnavailable(error);
        }
      }
    }
  };

  /**
   * Runs a function in one transaction: all of what it does happens, or nothing.
   * If Postgres takes it back because of others, the function is run again, so
   * it does nothing that cannot be done twice but by its transaction.
   *
   * @throws AuthError `service_unavailable` when the database cannot answer
   */
  async transaction<T>(
    run: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.runTransaction(run);
      } catch (error) {
        if (attempt >= maxAttempts || !hasState(error, lostAgainstOthers)) {
          throw asServiceUnavailable(error);
        }
      }
    }
  }

  private async runTransaction<T>(
    run: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const onCommit: (() => void)[] = [];
    const onRollback: (() => void)[] = [];
    let result: T;
    try {
      result = await this.dataSource.transaction(
        "READ COMMITTED",
        ({ queryRunner }) =>
          run({
            query: async <Row>(text: string, values: readonly unknown[]) => {
              if (!queryRunner) throw new Error("The transaction is over");
              // Otherwise the answer to an UPDATE has another shape than the rest.
              const parameters = [...values];
              const answer = await queryRunner.query(text, parameters, true);
              return (answer.records ?? []) as Row[];
            },
            afterCommit: (callback) => void onCommit.push(callback),
            afterRollback: (callback) => void onRollback.push(callback),
          }),
      );
    } catch (error) {
      for (const callback of onRollback) callback();
      throw error;
    }
    for (const callback of onCommit) callback();
    return result;
  }

  /**
   * Runs a function in a transaction while this process alone, among all
   * instances, holds a lock.
   *
   * @param lock one of {@link advisoryLocks}
   */
  async withLock<T>(
    lock: number,
    run: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.transaction(async (transaction) => {
      await transaction.query("SELECT pg_advisory_xact_lock($1)", [lock]);
      return run(transaction);
    });
  }

  private async run<Row>(
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const name = this.prepares ? this.nameOf(text) : undefined;
    const { rows } = await this.pool.query({
      name,
      text,
      values: [...values],
    });
    return rows as Row[];
  }

  private nameOf(text: string): string {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    const name = `nga_${hash("sha256", text).slice(0, 16)}`;
    this.names.set(text, name);
    return name;
  }
}

/** A transaction that is under way. */
export interface Transaction {
  readonly query: <Row>(
    text: string,
    values: readonly unknown[],
  ) => Promise<Row[]>;
  /** What is to be done once it has been committed, and only then; it must not throw. */
  readonly afterCommit: (callback: () => void) => void;
  /**
   * What is to be done when it comes to nothing: for a store that is not in
   * this database, and takes back or lets go of what it has done or locked. It
   * must not throw, and is not called if the process dies.
   */
  readonly afterRollback: (callback: () => void) => void;
}

/** How often a statement is run that others keep getting in the way of. */
const maxAttempts = 3;

/** SQLSTATE serialization_failure, deadlock_detected: Postgres took it back. */
const lostAgainstOthers = ["40001", "40P01"];

/**
 * SQLSTATE invalid_sql_statement_name, duplicate_prepared_statement: from a
 * connection pooler that hands connections out by the transaction and does not
 * know of prepared statements, such as PgBouncer before 1.21.
 */
const lostPreparedStatement = ["26000", "42P05"];

function hasState(error: unknown, states: readonly string[]): boolean {
  return states.includes(String((error as { code?: unknown }).code));
}

/** The advisory locks this software takes; the numbers only have to differ. */
export const advisoryLocks = {
  migrations: 7_423_001,
  signingKeys: 7_423_002,
  purge: 7_423_003,
  auditPartitions: 7_423_004,
} as const;
