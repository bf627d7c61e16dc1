import { hash } from "node:crypto";
import type { Pool } from "pg";
import type { DataSource, EntityManager } from "typeorm";
import { asServiceUnavailable } from "./database-outage";
import { isPooled, transactionLimits } from "./database-session";

/**
 * Runs all hand-written SQL: one statement is one round trip, and outages become
 * `service_unavailable`.
 *
 * Statements are prepared once per connection, because planning the sign-in
 * statement takes longer than executing it.
 */
export class Database {
  private readonly names = new Map<string, string>();
  private prepares = true;

  /**
   * @param source the DataSource, or a function that gets it when it is needed
   * @param isOwn whether to close the DataSource in {@link close}
   */
  constructor(
    private readonly source: DataSource | (() => DataSource),
    private readonly isOwn = false,
  ) {}

  /** Closes the connections, unless they belong to the application. */
  async close(): Promise<void> {
    if (this.isOwn && this.dataSource.isInitialized)
      await this.dataSource.destroy();
  }

  /** Repositories and query builders, for statements off the hot path. */
  get dataSource(): DataSource {
    return typeof this.source === "function" ? this.source() : this.source;
  }

  /** Open and idle connections, and calls that wait for one. */
  get connections(): Record<"open" | "idle" | "waiting", number> {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { open: totalCount, idle: idleCount, waiting: waitingCount };
  }

  /** How many connections the pool opens at most. */
  get poolSize(): number {
    return this.pool.options.max;
  }

  /** TypeORM's pool, since TypeORM itself cannot name statements. */
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
   * Runs one statement in its own transaction on a pooled connection. It is
   * retried after a serialization failure or a deadlock.
   *
   * @param text a constant: the names of prepared statements are never freed
   * @param values bound as $1, $2, …; never part of the text
   * @throws AuthError `service_unavailable` when the database cannot answer
   */
  readonly query = async <Row>(
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> => {
    for (let attempt = 1; ; attempt++) {
      const name = this.prepares ? this.nameOf(text) : undefined;
      try {
        return await this.run<Row>(text, values, name);
      } catch (error) {
        // In either case Postgres has undone the statement, so it may run again.
        if (name !== undefined && hasState(error, lostPreparedStatement)) {
          this.prepares = false;
        } else if (
          attempt >= maxAttempts ||
          !hasState(error, conflictWithOthers)
        ) {
          throw asServiceUnavailable(error);
        }
      }
    }
  };

  /**
   * Runs a function in one transaction. After a serialization failure or a
   * deadlock the function runs again, so apart from its statements it must have
   * no side effects.
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
        if (attempt >= maxAttempts || !hasState(error, conflictWithOthers)) {
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
        async ({ queryRunner }) => {
          if (!queryRunner) throw new Error("The transaction is over");
          if (isPooled(await queryRunner.connect())) {
            await queryRunner.query(transactionLimits);
          }
          return run({
            query: async <Row>(text: string, values: readonly unknown[]) => {
              // Structured, because TypeORM's plain result of an UPDATE differs.
              const parameters = [...values];
              const answer = await queryRunner.query(text, parameters, true);
              return (answer.records ?? []) as Row[];
            },
            afterCommit: (callback) => void onCommit.push(callback),
            afterRollback: (callback) => void onRollback.push(callback),
          });
        },
      );
    } catch (error) {
      for (const callback of onRollback) callback();
      throw error;
    }
    for (const callback of onCommit) callback();
    return result;
  }

  /**
   * Runs a function in a transaction that holds a lock, which only one instance
   * can hold at a time.
   *
   * @param lock one of {@link advisoryLocks}
   */
  async withLock<T>(
    lock: number,
    run: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.transaction(async (transaction) => {
      // Instances queue here, each for a moment: longer than for a row.
      await transaction.query(
        "SELECT set_config('lock_timeout', '10s', true), pg_advisory_xact_lock($1)",
        [lock],
      );
      return run(transaction);
    });
  }

  private async run<Row>(
    text: string,
    values: readonly unknown[],
    name: string | undefined,
  ): Promise<Row[]> {
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

/** An open transaction. */
export interface Transaction {
  readonly query: <Row>(
    text: string,
    values: readonly unknown[],
  ) => Promise<Row[]>;
  /** Registers a callback for after the commit; it must not throw. */
  readonly afterCommit: (callback: () => void) => void;
  /**
   * Registers a callback for after a rollback: for a store outside this
   * database, to undo its changes and release its locks. It must not throw, and
   * is not called if the process dies.
   */
  readonly afterRollback: (callback: () => void) => void;
}

/** How often a statement is tried that conflicts with others. */
const maxAttempts = 3;

/** SQLSTATE serialization_failure, deadlock_detected: Postgres rolled it back. */
const conflictWithOthers = ["40001", "40P01"];

/**
 * SQLSTATE invalid_sql_statement_name, duplicate_prepared_statement: behind a
 * pooler in transaction mode that does not support prepared statements, such as
 * PgBouncer before 1.21.
 */
const lostPreparedStatement = ["26000", "42P05"];

function hasState(error: unknown, states: readonly string[]): boolean {
  return states.includes(String((error as { code?: unknown }).code));
}

/** The advisory locks of this software; the numbers are arbitrary. */
export const advisoryLocks = {
  migrations: 7_423_001,
  signingKeys: 7_423_002,
  purge: 7_423_003,
  auditPartitions: 7_423_004,
} as const;
