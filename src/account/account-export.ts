import { Readable } from "node:stream";
import { Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import { type User, UserDirectory } from "../users/user-directory.port";
import { UserDto } from "../users/user.dto";
import {
  accountLists,
  beginning,
  type ListRow,
  type ReadPage,
} from "./account-lists";

/** Number of rows held in memory at a time. */
const pageRows = 100;
/**
 * Number of pages read at a time for all exports, so that a flood of them leaves
 * connections of the pool to sign-ins.
 */
const concurrentReads = 2;
/** Maximum amount of text buffered for a slow client, in bytes. */
const bufferedBytes = 16 * 1024;
/** How long a client may take to read its export, in milliseconds. */
const maxMilliseconds = 10 * 60 * 1000;
/**
 * `Retry-After` for a user whose previous export is still being sent, in
 * seconds.
 */
const retryAfterSeconds = 30;

/** What remains after the account is deleted, and for how long. */
const remainsAfterDeletion = [
  "audit log: what happened and when, by user id and session id, without addresses, user agents and details, for as long as the log is kept",
  "sessions: when they were ended, by user id, for the maximum lifetime of a session plus one week",
  "identity provider's reports: whether an account may sign in, by a SHA-256 hash of issuer and subject, indefinitely; the reports themselves for 90 days",
] as const;

/** Everything stored about a user, as one JSON document. */
@Injectable()
export class AccountExport {
  /** The users to whom this instance is currently sending an export. */
  private readonly reading = new Set<string>();
  private reads = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly users: UserDirectory,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Streams the document, so that only a small part of it is in memory at a
   * time. If a query fails, or the client has not read everything after ten
   * minutes, the stream is destroyed and the JSON is incomplete.
   *
   * @throws AuthError `rate_limited` while the user's previous export is still
   *   being sent
   */
  of(user: User): Readable {
    const { id } = user;
    if (this.reading.has(id)) {
      throw new AuthError("rate_limited", {
        reason: "export_in_progress",
        retryAfterSeconds,
      });
    }
    this.reading.add(id);
    const stream = Readable.from(this.parts(user), {
      objectMode: false,
      highWaterMark: bufferedBytes,
    });
    const timeout = setTimeout(() => {
      stream.destroy(new Error("The export was not read in time"));
    }, maxMilliseconds).unref();
    return stream.once("close", () => {
      clearTimeout(timeout);
      this.reading.delete(id);
    });
  }

  private async *parts(user: User): AsyncGenerator<string> {
    const { updatedAt } = user;
    const head = JSON.stringify({
      exportedAt: new Date(this.clock.now()),
      user: { ...new UserDto(user), updatedAt },
      identities: await this.users.identitiesOf(user.id),
      remainsAfterDeletion,
    });
    yield head.slice(0, -1);
    for (const [name, read] of Object.entries(accountLists)) {
      yield `,"${name}":[`;
      let separator = "";
      for await (const rows of this.pages(read, user.id)) {
        yield separator + rows.map(asJson).join(",");
        separator = ",";
      }
      yield "]";
    }
    yield "}";
  }

  private async *pages(
    read: ReadPage,
    userId: string,
  ): AsyncGenerator<ListRow[]> {
    let position = beginning;
    for (;;) {
      const rows = await this.inTurn(() =>
        this.database.read((manager) =>
          read(manager, userId, position, pageRows),
        ),
      );
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < pageRows) return;
      ({ position } = last);
    }
  }

  private async inTurn<T>(read: () => Promise<T>): Promise<T> {
    if (this.reads >= concurrentReads) {
      // A read that ends hands its place over.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.reads++;
    }
    try {
      return await read();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.reads--;
    }
  }
}

function asJson({ exported }: ListRow): string {
  return JSON.stringify(exported);
}
