import { Injectable } from "@nestjs/common";
import type { EntityManager, SelectQueryBuilder } from "typeorm";
import { uuidV7 } from "../common/uuid";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { Database, type Transaction } from "../database/database";
import {
  type AccountName,
  type VerifiedIdentity,
} from "../identity/verified-identity";
import { digestOf } from "./stored-identity";
import { UserEntity } from "./user.entity";
import {
  findOrCreateStatement,
  findRefusal,
  issuedAt,
  type Statement,
  type StatementParts,
} from "./find-or-create.statement";
import { linkIdentity, unlinkIdentity } from "./identity-links.statements";
import type { StandingRefusal } from "./identity-standings";
import {
  changeUser,
  deleteUser,
  findIdentities,
  findOwner,
  findUserById,
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
 * Maximum number of runs of the statement. One is enough unless the user is
 * deleted or changed concurrently.
 */
const maxAttempts = 5;

/** Why a sign-in is refused. The id is null if the identity is unknown. */
interface Refusal {
  readonly id: string | null;
  readonly status: User["status"] | null;
  readonly blocked: boolean;
  readonly revoked: boolean;
}

/**
 * The port's outcomes, and refusals because of the provider's reports, after
 * which nothing was changed.
 */
export type AccountOutcome =
  | FindOrCreateOutcome
  | { readonly kind: StandingRefusal; readonly userId: string | null };

/** Users in Postgres: find-or-create in one statement. */
@Injectable()
export class PostgresUserDirectory extends UserDirectory {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async findOrCreate(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
    transaction?: Transaction,
  ): Promise<FindOrCreateOutcome> {
    const outcome = await this.findOrCreateWith(
      identity,
      options,
      {},
      transaction,
    );
    switch (outcome.kind) {
      // The caller has already checked this, so it has just changed.
      case "blocked":
      case "revoked":
      case "not-granted":
        throw contention();
      default:
        return outcome;
    }
  }

  /**
   * Like the port's `findOrCreate`, with parts of other modules in the same
   * statement.
   *
   * @returns `not-granted` if the condition was not met; then nothing was
   *   changed. The companion's columns are members of `user`
   */
  async findOrCreateWith(
    identity: VerifiedIdentity,
    options: FindOrCreateOptions,
    parts: StatementParts,
    transaction?: Transaction,
  ): Promise<AccountOutcome | { readonly kind: "not-granted" }> {
    const { query } = transaction ?? this.database;
    const statement = findOrCreateStatement(
      uuidV7(),
      identity,
      options,
      this.clock.statementTime(),
      parts,
    );
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const user = await runUnlessGone(query, statement);
      if (user) {
        return user.id === statement.newUserId
          ? { kind: "created", user, isNewUser: true }
          : { kind: "found", user, isNewUser: false };
      }
      const [refusal] = await query<Refusal>(findRefusal, [
        identity.issuer,
        identity.subject,
        digestOf(identity),
        issuedAt(identity),
      ]);
      const outcome = refusal && refusalOf(refusal, options);
      if (outcome) return outcome;
      if (parts.condition) return { kind: "not-granted" };
      // The user was deleted or changed concurrently.
    }
    throw contention();
  }

  override async ownerOf(
    { issuer, subject }: AccountName,
    { query }: Transaction,
  ): Promise<string | null> {
    const values = [issuer, subject];
    const [owner] = await query<{ userId: string }>(findOwner, values);
    return owner?.userId ?? null;
  }

  override async findById(id: string): Promise<User | null> {
    const [user] = await this.database.query<User>(findUserById, [id]);
    return user ?? null;
  }

  override async list(filter: UserFilter, page: UserPage): Promise<User[]> {
    const users = await this.database.read((manager) =>
      pageOfUsers(manager, filter, page).getMany(),
    );
    return users.map((user) => ({ ...user }));
  }

  override async identitiesOf(
    id: string,
    transaction?: Transaction,
  ): Promise<Identity[]> {
    const { query } = transaction ?? this.database;
    return query<Identity>(findIdentities, [id]);
  }

  override async link(
    user: User,
    identity: VerifiedIdentity,
    transaction: Transaction,
  ): Promise<LinkOutcome> {
    const time = this.clock.statementTime();
    return linkIdentity(user.id, identity, time, transaction);
  }

  override async unlink(
    user: User,
    { issuer, subject }: AccountName,
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

async function runUnlessGone(
  query: Transaction["query"],
  { text, values }: Statement,
): Promise<User | undefined> {
  try {
    const [user] = await query<User>(text, values);
    return user;
  } catch (error) {
    // Sign-up is closed, and the user was deleted while the statement waited.
    if ((error as { code?: unknown }).code === "23503") return undefined;
    throw error;
  }
}

function refusalOf(
  { id, status, blocked, revoked }: Refusal,
  { signUp }: FindOrCreateOptions,
): AccountOutcome | undefined {
  if (id !== null && status === "disabled") {
    return { kind: "disabled", userId: id };
  }
  if (id === null && signUp === "closed") return { kind: "unknown" };
  if (blocked) return { kind: "blocked", userId: id };
  return revoked ? { kind: "revoked", userId: id } : undefined;
}

function contention(): AuthError {
  return new AuthError("service_unavailable", {
    reason: "sign_in_contention",
    retryAfterSeconds: 1,
  });
}

/**
 * A page of users. Each combination of filters has its own statement, which
 * uses an index: `users_email_lower_idx`, `users_name_lower_idx`,
 * `users_disabled_idx` or the primary key.
 */
export function pageOfUsers(
  manager: EntityManager,
  { email, name, status }: UserFilter,
  { before, limit }: UserPage,
): SelectQueryBuilder<UserEntity> {
  const page = manager
    .createQueryBuilder(UserEntity, "member")
    .orderBy("member.id", "DESC")
    .limit(limit);
  if (email !== undefined) {
    page.andWhere("lower(member.email) = lower(:email)", { email });
  }
  if (name !== undefined) {
    page.andWhere("lower(left(member.name, 256)) = lower(left(:name, 256))", {
      name,
    });
  }
  if (status !== undefined) {
    // A constant, because the planner ignores the partial index otherwise.
    page.andWhere(
      `member.status = '${status === "active" ? "active" : "disabled"}'`,
    );
  }
  if (before !== undefined) page.andWhere("member.id < :before", { before });
  return page;
}
