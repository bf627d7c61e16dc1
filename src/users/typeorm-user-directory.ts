import { Injectable } from "@nestjs/common";
import { v7 as uuidv7 } from "uuid";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import {
  type Companion,
  findOrCreateStatement,
  findStatus,
  findUserById,
} from "./find-or-create.statement";
import {
  type FindOrCreateOptions,
  type FindOrCreateOutcome,
  type User,
  UserDirectory,
} from "./user-directory.port";

/**
 * How often the statement is run before we give up. One run is enough unless
 * the user is being deleted or changed at the same moment.
 */
const maxAttempts = 5;

/** Users in Postgres: find-or-create in one statement. */
@Injectable()
export class TypeormUserDirectory extends UserDirectory {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  /**
   * As the port says; `companion` writes along in the same statement, and only
   * if there is a user to write for.
   */
  override async findOrCreate(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
    companion?: Companion,
  ): Promise<FindOrCreateOutcome> {
    const statement = findOrCreateStatement(
      uuidv7(),
      identity,
      options,
      new Date(this.clock.now()),
      companion,
    );
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const [user] = await this.database.query<User>(
        statement.text,
        statement.values,
      );
      if (user) {
        return user.id === statement.newUserId
          ? { kind: "created", user, isNewUser: true }
          : { kind: "found", user, isNewUser: false };
      }
      const [known] = await this.database.query<Pick<User, "status">>(
        findStatus,
        [identity.issuer, identity.subject],
      );
      if (known?.status === "disabled") return { kind: "disabled" };
      if (!known && options.signUp === "closed") return { kind: "unknown" };
      // Somebody was deleting the user, or changing it, just now.
    }
    throw new AuthError("service_unavailable", {
      reason: "sign_in_contention",
      retryAfterSeconds: 1,
    });
  }

  override async findById(id: string): Promise<User | null> {
    const [user] = await this.database.query<User>(findUserById, [id]);
    return user ?? null;
  }
}
