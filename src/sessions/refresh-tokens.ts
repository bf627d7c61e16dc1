import { createHmac } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { deriveKey } from "../common/secret-key";
import type { Session } from "./session-store.port";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";

export interface IssuedRefreshToken {
  readonly token: string;
  /** Seconds until it lies unused for too long. */
  readonly expiresIn: number;
}

/**
 * Refresh tokens, derived and not stored:
 * `v1.<session id>.<generation>.<HMAC-SHA256(key, salt ‖ id ‖ generation)>`.
 * Nothing in the database can be presented, and the same generation always
 * gives the same token.
 */
@Injectable()
export class RefreshTokens {
  private readonly key: Buffer;

  constructor(
    @Inject(SESSIONS_OPTIONS) options: SessionsOptions,
    private readonly clock: Clock,
  ) {
    this.key = deriveKey(options.secretKey, "refresh-token");
  }

  /** The refresh token of a session's present generation. */
  issue(session: Session): IssuedRefreshToken {
    const name = `${session.id}.${session.generation}`;
    const mac = createHmac("sha256", this.key)
      .update(session.salt)
      .update(name)
      .digest("base64url");
    const ends = Math.min(
      session.idleExpiresAt.getTime(),
      session.absoluteExpiresAt.getTime(),
    );
    return {
      token: `v1.${name}.${mac}`,
      expiresIn: Math.max(0, Math.round((ends - this.clock.now()) / 1000)),
    };
  }
}
