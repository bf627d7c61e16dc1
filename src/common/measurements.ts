import { channel, type Channel } from "node:diagnostics_channel";

/** A request that has been answered. */
export interface AnsweredRequest {
  readonly method: string;
  /**
   * The route as it was declared, such as `/auth/sessions/:id`; undefined if no
   * route matched.
   */
  readonly route: string | undefined;
  readonly status: number;
  readonly seconds: number;
}

/** An error that was sent as a response. */
export interface AnsweredError {
  /** A code of the error table, or the application's own. */
  readonly code: string;
  readonly reason: string | undefined;
}

/** A refresh that succeeded, or was refused. */
export interface MeasuredRefresh {
  /** `late`: answered once more, after the grace period. */
  readonly result: "rotated" | "late" | "refused";
  /** Why it was refused. */
  readonly reason?: string;
}

/**
 * What can be measured, as channels of node:diagnostics_channel: publishing
 * costs nothing while nobody has subscribed. Messages of
 * `nest-google-auth:event` are an AuditEvent, after it was written.
 */
export const measurements = {
  request: channel("nest-google-auth:request"),
  error: channel("nest-google-auth:error"),
  /** An AnsweredError by which the guard refused a request. */
  guardRefusal: channel("nest-google-auth:guard-refusal"),
  refresh: channel("nest-google-auth:refresh"),
  event: channel("nest-google-auth:event"),
} as const satisfies Record<string, Channel>;
