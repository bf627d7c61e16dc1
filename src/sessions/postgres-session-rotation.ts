import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import type { User } from "../users/user-directory.port";
import {
  noteLateRetry,
  type RotationStatements,
} from "./postgres-session-rotation.statements";
import { decideRotation, type RotationDecision } from "./rotation";
import type {
  PresentedRefreshToken,
  RotateOutcome,
  Session,
  SessionContext,
} from "./session-store.port";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";

/** How often a rotation is tried while concurrent changes interfere. */
const maxAttempts = 3;

type Row = Session & Partial<Record<`user.${string}`, unknown>>;
type PresentedRow = Row & {
  readonly isProved: boolean;
  readonly isCutOff: boolean;
  readonly now: Date;
};

/** The result of a rotation. */
export interface FoundRotation {
  readonly outcome: RotateOutcome;
  /** Present if the statements join the user, and the session has one. */
  readonly user: User | null;
}

/**
 * Replaces a refresh token: one conditional statement, followed by a second
 * query only if it does not apply.
 */
@Injectable()
export class PostgresSessionRotation {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(SESSIONS_OPTIONS) private readonly options: SessionsOptions,
  ) {}

  /** @throws AuthError `service_unavailable` */
  async run(
    statements: RotationStatements,
    token: PresentedRefreshToken,
    { keyThumbprint, ip, userAgent }: Omit<SessionContext, "device">,
  ): Promise<FoundRotation> {
    const { sessionId, generation, pepper, proof } = token;
    const { query } = this.database;
    const { idleTtlSeconds } = this.options;
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const time = this.clock.statementTime();
      const [rotated] = await query<Row>(statements.rotate, [
        ...[sessionId, generation, pepper, proof, keyThumbprint, time],
        ...[idleTtlSeconds, ip, userAgent],
      ]);
      if (rotated) return found(rotated, "rotated");
      const [row] = await query<PresentedRow>(statements.find, [
        ...[sessionId, pepper, proof, time],
      ]);
      if (!row) return { outcome: { kind: "ended" }, user: null };
      // Nothing is changed without the session's key and salt.
      if (!row.isProved || row.keyThumbprint !== keyThumbprint) {
        return { outcome: { kind: "not-accepted" }, user: null };
      }
      const decision = this.decide(row, generation);
      const isActive = (row["user.status"] ?? "active") === "active";
      if (decision !== "rotate" && decision !== "repeat-late") {
        return found({ ...row, generation: generation + 1 }, decision);
      }
      if (!isActive) return found(row, "repeat");
      if (decision === "repeat-late" && (await this.noteLateRetry(row, time))) {
        return found({ ...row, generation: generation + 1 }, decision);
      }
      // Between the two looks it has become one that can be replaced.
    }
    throw new AuthError("service_unavailable", {
      reason: "refresh_contention",
      retryAfterSeconds: 1,
    });
  }

  private decide(row: PresentedRow, generation: number): RotationDecision {
    const milliseconds = (times: readonly Date[]) =>
      times.map((time) => time.getTime());
    return decideRotation(
      {
        generation: row.generation,
        rotations: milliseconds(row.rotations),
        lateRetries: milliseconds(row.lateRetries),
        idleExpiresAt: row.idleExpiresAt.getTime(),
        absoluteExpiresAt: row.absoluteExpiresAt.getTime(),
        isRevoked: row.revokedAt !== null || row.isCutOff,
      },
      generation,
      row.now.getTime(),
      {
        graceMilliseconds: this.options.refreshGraceSeconds * 1000,
        lateRetries: this.options.refreshLateRetries,
      },
    );
  }

  /** @returns false if the session was changed concurrently */
  private async noteLateRetry(
    { id, generation }: Session,
    time: string | null,
  ): Promise<boolean> {
    const { refreshGraceSeconds, refreshLateRetries } = this.options;
    const noted = await this.database.query(noteLateRetry, [
      ...[id, generation, time, refreshGraceSeconds * 1000, refreshLateRetries],
      this.options.idleTtlSeconds,
    ]);
    return noted.length > 0;
  }
}

function found(
  row: Row | PresentedRow,
  decision: RotationDecision | "rotated",
): FoundRotation {
  const user: Record<string, unknown> = {};
  const session: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (name.startsWith("user.")) user[name.slice(5)] = value;
    else session[name] = value;
  }
  return {
    outcome: outcomeOf(decision, session as unknown as Session),
    user: user.id === undefined ? null : (user as unknown as User),
  };
}

function outcomeOf(
  decision: RotationDecision | "rotated",
  session: Session,
): RotateOutcome {
  switch (decision) {
    case "rotated":
    case "rotate":
    case "repeat":
      return { kind: "rotated", session, late: false };
    case "repeat-late":
      return { kind: "rotated", session, late: true };
    case "reuse":
      return { kind: "reused", session };
    case "expired":
      return { kind: "expired" };
    case "revoked":
      return { kind: "ended" };
  }
}
