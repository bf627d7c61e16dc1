import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import type { User } from "../users/user-directory.port";
import { decideRotation } from "./rotation";
import { findPresented, rotateSession } from "./session.statements";
import type {
  PresentedRefreshToken,
  RefreshOutcome,
  Session,
  SessionContext,
} from "./session-store.port";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";

/** How often a rotation is tried that others keep getting in the way of. */
const maxAttempts = 3;

type Row = Session & Record<`user.${string}`, unknown>;
type PresentedRow = Row & { readonly isProved: boolean };

/** As the outcomes of the port, but whose session was reused is still to be ended. */
export type RotationOutcome =
  | Exclude<RefreshOutcome, { kind: "reused" }>
  | { readonly kind: "reused"; readonly userId: string };

/** Replaces a refresh token: one conditional statement, and only if that does not apply a second look. */
@Injectable()
export class SessionRotation {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(SESSIONS_OPTIONS) private readonly options: SessionsOptions,
  ) {}

  /** @throws AuthError `service_unavailable` */
  async rotate(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RotationOutcome> {
    const { sessionId, generation, pepper, proof } = token;
    const keyThumbprint = context.keyThumbprint ?? null;
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const now = this.clock.now();
      const idleEnds = now + this.options.idleTtlSeconds * 1000;
      const [rotated] = await this.database.query<Row>(rotateSession, [
        sessionId,
        generation,
        pepper,
        proof,
        keyThumbprint,
        new Date(now).toISOString(),
        new Date(idleEnds).toISOString(),
        context.ip,
        context.userAgent,
      ]);
      if (rotated) return refreshed(rotated);
      const [found] = await this.database.query<PresentedRow>(findPresented, [
        sessionId,
        pepper,
        proof,
      ]);
      const outcome = this.outcomeOf(found, generation, keyThumbprint, now);
      if (outcome) return outcome;
      // Between the two looks it has become one that can be replaced.
    }
    throw new AuthError("service_unavailable", {
      reason: "refresh_contention",
      retryAfterSeconds: 1,
    });
  }

  /** Why it was not replaced; undefined when nothing stands against it any more. */
  private outcomeOf(
    found: PresentedRow | undefined,
    generation: number,
    keyThumbprint: string | null,
    now: number,
  ): RotationOutcome | undefined {
    if (!found) return { kind: "ended" };
    // Whoever has not the session's key, or not its salt, changes nothing.
    if (!found.isProved || found.keyThumbprint !== keyThumbprint) {
      return { kind: "not-accepted" };
    }
    const decision = decideRotation(
      {
        generation: found.generation,
        rotations: found.rotations.map((time) => time.getTime()),
        idleExpiresAt: found.idleExpiresAt.getTime(),
        absoluteExpiresAt: found.absoluteExpiresAt.getTime(),
        isRevoked: found.revokedAt !== null,
      },
      generation,
      now,
      this.options.refreshGraceSeconds * 1000,
    );
    const isActive = found["user.status"] === "active";
    switch (decision) {
      case "revoked":
        return { kind: "ended" };
      case "expired":
        return { kind: "expired" };
      case "unknown":
        return { kind: "not-accepted" };
      case "reuse":
        return { kind: "reused", userId: found.userId };
      case "repeat":
        return isActive
          ? refreshed({ ...found, generation: generation + 1 })
          : { kind: "disabled" };
      case "rotate":
        return isActive ? undefined : { kind: "disabled" };
    }
  }
}

function refreshed(row: Row): RotationOutcome {
  const user: Record<string, unknown> = {};
  const session: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (name.startsWith("user.")) user[name.slice(5)] = value;
    else session[name] = value;
  }
  return {
    kind: "refreshed",
    user: user as unknown as User,
    session: session as unknown as Session,
  };
}
