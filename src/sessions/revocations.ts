import { Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { RevocationFeed } from "./revocation-feed";

/**
 * How old the last word of the database may be before a request asks for a
 * newer one, in milliseconds: other instances' revocations count within it.
 */
const freshMilliseconds = 1000;
/** How long a request waits for that, in milliseconds. */
const patienceMilliseconds = 1000;
/** How long sessions are believed while the database is away, in milliseconds. */
const maxSilenceMilliseconds = 60_000;

/**
 * Which sessions have been ended while access tokens of theirs may live. Known
 * in memory: a guarded request asks the database nothing.
 *
 * What this instance ends counts at once; what others end within a second.
 * While the database is away nothing can be ended, and sessions are believed
 * for another minute; then requests are answered 503 until it is back.
 */
@Injectable()
export class Revocations {
  constructor(
    private readonly feed: RevocationFeed,
    private readonly clock: Clock,
  ) {}

  /**
   * Lets a session pass that has not been ended. Costs nothing while the feed
   * is fresh; otherwise it is asked for first, as after a pause of the process.
   *
   * @throws AuthError `unauthenticated` when the session has been ended,
   *   `service_unavailable` when that has not been known for a minute
   */
  check(sessionId: string): void | Promise<void> {
    if (this.silence() > freshMilliseconds && !this.feed.isFailing) {
      return this.checkAfterSync(sessionId);
    }
    this.checkNow(sessionId);
  }

  /** Whether what is known here is recent enough to answer requests by. */
  get isReliable(): boolean {
    return this.silence() <= maxSilenceMilliseconds;
  }

  private async checkAfterSync(sessionId: string): Promise<void> {
    await this.feed.syncWithin(patienceMilliseconds);
    this.checkNow(sessionId);
  }

  private checkNow(sessionId: string): void {
    if (this.feed.hasEnded(sessionId)) {
      throw new AuthError("unauthenticated", { reason: "session_ended" });
    }
    if (!this.isReliable) {
      throw new AuthError("service_unavailable", {
        reason: "revocations_unknown",
        retryAfterSeconds: 5,
      });
    }
  }

  private silence(): number {
    // A clock that jumped back must not make old news fresh.
    return Math.abs(this.clock.now() - this.feed.syncedAt);
  }
}
