import { Injectable } from "@nestjs/common";
import { v7 as uuidv7 } from "uuid";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { Database, type Transaction } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import {
  findOrCreateStatement,
  findStanding,
  issuedAt,
  type Statement,
  type StatementParts,
} from "./find-or-create.statement";
import { linkIdentity, unlinkIdentity } from "./identity-links.statements";
import {
  changeUser,
  deleteUser,
  findIdentities,
  findUserById,
  listUsersStatement,
  lockIdentities,
  lockUser,
} from "./user.statements";
import {
  type FindOrCreateOptions,
  type FindOrCreateOutcome,
  type Identity,
  type LinkOutcome,
  type User,
  type UserChanges,
  UserDirectory,
  type UserFilter,
  type UserPage,
} from "./user-directory.port";

/**
 * How often the statement is run before we give up. One run is enough unless
 * the user is being deleted or changed at the same moment.
 */
const maxAttempts = 5;

/** Why a known user may not be signed in. */
interface Standing extends Pick<User, "id" | "status"> {
  readonly blocked: boolean;
  readonly isCalledBack: boolean | null;
}

/** Users in Postgres: find-or-create in one statement. */
@Injectable()
export class TypeormUserDirectory extends UserDirectory {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async findOrCreate(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
  ): Promise<FindOrCreateOutcome> {
    const outcome = await this.findOrCreateWith(identity, options, {});
    // Nothing was asked that could have been refused.
    if (outcome.kind === "not-granted") throw contention();
    return outcome;
  }

  /**
   * As the port's `findOrCreate`, with parts of others in the same statement.
   *
   * @returns also `not-granted`, when the condition was and nothing was written
   */
  async findOrCreateWith(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
    parts: StatementParts,
  ): Promise<FindOrCreateOutcome | { readonly kind: "not-granted" }> {
    const statement = findOrCreateStatement(
      uuidv7(),
      identity,
      options,
      new Date(this.clock.now()),
      parts,
    );
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const user = await this.runUnlessGone(statement);
      if (user) {
        return user.id === statement.newUserId
          ? { kind: "created", user, isNewUser: true }
          : { kind: "found", user, isNewUser: false };
      }
      const [known] = await this.database.query<Standing>(findStanding, [
        identity.issuer,
        identity.subject,
        issuedAt(identity),
      ]);
      const kind = known && refusalOf(known);
      if (kind) return { kind, userId: known.id };
      if (!known && options.signUp === "closed") return { kind: "unknown" };
      if (parts.condition) return { kind: "not-granted" };
      // Somebody was deleting the user, or changing it, just now.
    }
    throw contention();
  }

  private async runUnlessGone({
    text,
    values,
  }: Statement): Promise<User | undefined> {
    try {
      const [user] = await this.database.query<User>(text, values);
      return user;
    } catch (error) {
      // Sign-up is closed, and the user was deleted while the statement waited.
      if ((error as { code?: unknown }).code === "23503") return undefined;
      throw error;
    }
  }

  override async findById(id: string): Promise<User | null> {
    const [user] = await this.database.query<User>(findUserById, [id]);
    return user ?? null;
  }

  override async list(filter: UserFilter, page: UserPage): Promise<User[]> {
    const { text, values } = listUsersStatement(filter, page);
    return this.database.query<User>(text, values);
  }

  override async identitiesOf(
    id: string,
    transaction?: Transaction,
  ): Promise<Identity[]> {
    const { query } = transaction ?? {};
    return query
      ? query<Identity>(findIdentities, [id])
      : this.database.query<Identity>(findIdentities, [id]);
  }

  override async link(
    user: User,
    identity: VerifiedIdentity,
    transaction: Transaction,
  ): Promise<LinkOutcome> {
    const now = new Date(this.clock.now());
    return linkIdentity(user.id, identity, now, transaction);
  }

  override async unlink(
    user: User,
    { issuer, subject }: Pick<Identity, "issuer" | "subject">,
    transaction: Transaction,
  ): Promise<boolean> {
    const key = [user.id, issuer, subject];
    return (await transaction.query(unlinkIdentity, key)).length > 0;
  }

  override async lock(
    id: string,
    transaction: Transaction,
  ): Promise<User | null> {
    await transaction.query(lockIdentities, [id]);
    const [user] = await transaction.query<User>(lockUser, [id]);
    return user ?? null;
  }

  override async change(
    user: User,
    { profile, roles, status }: UserChanges,
    transaction: Transaction,
  ): Promise<User> {
    const [changed] = await transaction.query<User>(changeUser, [
      user.id,
      profile === undefined ? null : JSON.stringify(profile),
      roles ?? null,
      status ?? null,
      new Date(this.clock.now()).toISOString(),
    ]);
    return changed ?? user;
  }

  override async delete(user: User, transaction: Transaction): Promise<void> {
    await transaction.query(deleteUser, [user.id]);
  }
}

function refusalOf({ status, blocked, isCalledBack }: Standing) {
  if (status === "disabled") return "disabled";
  if (blocked) return "blocked";
  return isCalledBack ? "called-back" : undefined;
}

function contention(): AuthError {
  return new AuthError("service_unavailable", {
    reason: "sign_in_contention",
    retryAfterSeconds: 1,
  });
}
