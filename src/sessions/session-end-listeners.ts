import { Injectable, Logger } from "@nestjs/common";
import type { EndReason } from "./session-store.port";

/** Sessions that were ended early. */
export interface SessionEnd {
  readonly userId: string;
  /** Null for all sessions of the user. */
  readonly sessionId: string | null;
  readonly reason: EndReason;
}

/** Called after the change has been committed. */
type SessionEndListener = (end: SessionEnd) => void | Promise<void>;

/** Listeners for ended sessions, on the instance that ends them. */
@Injectable()
export class SessionEndListeners {
  private readonly logger = new Logger(SessionEndListeners.name);
  private readonly listeners: SessionEndListener[] = [];

  add(listener: SessionEndListener): void {
    this.listeners.push(listener);
  }

  /**
   * Never throws: the session has ended, so the caller must not get an error.
   */
  notify(end: SessionEnd): void {
    for (const listener of this.listeners) {
      void Promise.resolve()
        .then(() => listener(end))
        .catch((cause: unknown) => {
          this.logger.error({ err: cause }, "A session end hook failed");
        });
    }
  }
}
