import { Injectable } from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import { digestOf } from "../users/stored-identity";
import type {
  SecurityEvent,
  SecurityEventToken,
} from "../identity/google/security-event";
import { SecurityEventHandler } from "./security-event-handler.port";

/**
 * How long a token is remembered, in seconds: far longer than Google tries to
 * deliver it.
 */
const keptSeconds = 90 * 24 * 3600;

const receive = `INSERT INTO google_auth.security_events
  (id, client_id, occurred_at, received_at, events)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING
RETURNING id`;

/** Processes each security event token once. */
@Injectable()
export class SecurityEventInbox {
  constructor(
    private readonly database: Database,
    private readonly handler: SecurityEventHandler,
    private readonly clock: Clock,
    purge: Purge,
  ) {
    purge.add({
      table: "security_events",
      key: "id",
      time: "received_at",
      keptSeconds,
    });
  }

  /**
   * Receipt and action are one transaction: if a token is delivered several
   * times, even concurrently, it is processed once, and a failed delivery has
   * no effect.
   *
   * @throws AuthError `service_unavailable`
   */
  async take(token: SecurityEventToken): Promise<void> {
    const occurredAt = new Date(token.occurredAt * 1000);
    await this.database.transaction(async (transaction) => {
      const [received] = await transaction.query(receive, [
        token.id,
        token.clientId,
        occurredAt.toISOString(),
        new Date(this.clock.now()).toISOString(),
        JSON.stringify(token.events.map(withoutName)),
      ]);
      if (!received) return;
      for (const event of token.events) {
        await this.handler.handle(event, occurredAt, transaction);
      }
    });
  }
}

/** The row outlives the user, so it must not identify the account. */
function withoutName({ account, ...event }: SecurityEvent) {
  return {
    ...event,
    accountDigest: account && digestOf(account).toString("base64url"),
  };
}
