import { Injectable, Logger } from "@nestjs/common";
import { Client, type ClientConfig, type Pool } from "pg";
import { Database } from "./database";
import { isPooled, prepareSession } from "./database-session";

/** Waits between attempts to reconnect, in milliseconds. */
const retryMilliseconds = { first: 250, longest: 10_000 };

/**
 * Postgres notifications (LISTEN), on a separate connection. They only speed
 * things up: they are lost while the connection is down, and there are none
 * through a pooler such as PgBouncer, so callers have to poll as well.
 */
@Injectable()
export class DatabaseListener {
  private readonly logger = new Logger(DatabaseListener.name);

  constructor(private readonly database: Database) {}

  /**
   * @param channel a constant, since it becomes part of the statement
   * @param notify called for every notification and after every reconnect, since
   *   notifications may have been missed; must not throw
   * @returns a function that stops listening
   */
  listen(channel: string, notify: () => void): () => Promise<void> {
    let client: Client | undefined;
    let timer: NodeJS.Timeout | undefined;
    let wait = retryMilliseconds.first;
    let stopped = false;
    const connect = async () => {
      const connection = new Client(this.connectionOptions());
      client = connection;
      let lost = false;
      const again = () => {
        if (lost || stopped) return;
        lost = true;
        void connection.end().catch(() => undefined);
        timer = setTimeout(() => void connect(), wait).unref();
        wait = Math.min(wait * 2, retryMilliseconds.longest);
      };
      connection.on("error", again);
      connection.on("end", again);
      connection.on("notification", notify);
      try {
        await connection.connect();
        await prepareSession(connection);
        if (isPooled(connection)) {
          // LISTEN would stay on a connection that others get, and tell us nothing.
          lost = true;
          await connection.end();
          return;
        }
        await connection.query(`LISTEN ${channel}`);
        wait = retryMilliseconds.first;
        notify();
      } catch (cause) {
        this.logger.debug({ err: cause }, "Cannot listen for notifications");
        again();
      }
    };
    void connect();
    return async () => {
      stopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    };
  }

  private connectionOptions(): ClientConfig {
    // The same options as TypeORM's pool.
    const { master } = this.database.dataSource.driver as unknown as {
      master: Pool;
    };
    const options = (master as unknown as { options: ClientConfig }).options;
    return { ...options, application_name: "nest-google-auth listener" };
  }
}
