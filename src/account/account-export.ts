import { Readable } from "node:stream";
import { Injectable } from "@nestjs/common";
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

/** Rows that are in memory at a time. */
const pageRows = 500;

/** What the deletion of the account leaves, and for how long. */
const remainsAfterDeletion = [
  "audit log: what happened and when, by user id and session id, without addresses, user agents and details, for as long as the log is kept",
  "sessions: when they were ended, by user id, for as long as the longest of them could have lived and a week",
  "identity provider's reports: whether an account may sign in, by a SHA-256 digest of issuer and subject, without end; the reports themselves for 90 days",
] as const;

/** Everything that is held about a user, as one JSON document. */
@Injectable()
export class AccountExport {
  constructor(
    private readonly users: UserDirectory,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The document as it is read: however long the lists are, little of them is
   * in memory at a time. When reading fails the stream breaks off, and what
   * has been sent is no JSON.
   */
  of(user: User): Readable {
    return Readable.from(this.parts(user));
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
      const rows = await this.database.read((manager) =>
        read(manager, userId, position, pageRows),
      );
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < pageRows) return;
      ({ position } = last);
    }
  }
}

function asJson({ exported }: ListRow): string {
  return JSON.stringify(exported);
}
