import { Injectable, ServiceUnavailableException } from "@nestjs/common";
import { HealthCheckService, type HealthCheckResult } from "@nestjs/terminus";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { GracefulShutdown } from "./graceful-shutdown";
import { ReadinessChecks } from "./readiness-checks";

/** How long a result is kept, in milliseconds. */
const keptMilliseconds = 1000;
/** `Retry-After` of a failed check, in seconds. */
const retryAfterSeconds = 5;

/**
 * Whether this instance can serve requests. It is checked once at a time and at
 * most once a second, regardless of the number of callers.
 */
@Injectable()
export class Readiness {
  private latest: Promise<HealthCheckResult> | undefined;
  /** When the latest check ended, in milliseconds since 1970; undefined while it runs. */
  private endedAt: number | undefined;

  constructor(
    private readonly health: HealthCheckService,
    private readonly checks: ReadinessChecks,
    private readonly shutdown: GracefulShutdown,
    private readonly clock: Clock,
  ) {}

  /** @throws AuthError `service_unavailable` naming the checks that failed */
  async result(): Promise<HealthCheckResult> {
    if (this.shutdown.isStopping) throw notReady("stopping");
    if (!this.latest || this.isOld()) {
      this.endedAt = undefined;
      this.latest = this.check().finally(() => {
        this.endedAt = this.clock.now();
      });
    }
    return this.latest;
  }

  private isOld(): boolean {
    if (this.endedAt === undefined) return false;
    const age = this.clock.now() - this.endedAt;
    // Negative: the clock was set back.
    return age < 0 || age >= keptMilliseconds;
  }

  private async check(): Promise<HealthCheckResult> {
    try {
      return await this.health.check(this.checks.all());
    } catch (error) {
      throw notReady(failedChecks(error).join(", "), error);
    }
  }
}

function notReady(what: string, cause?: unknown): AuthError {
  return new AuthError("service_unavailable", {
    reason: `not_ready: ${what}`,
    retryAfterSeconds,
    cause,
  });
}

/** The names of the checks that did not pass. */
function failedChecks(error: unknown): string[] {
  if (!(error instanceof ServiceUnavailableException)) return ["unknown"];
  const { error: failed } = error.getResponse() as HealthCheckResult;
  return Object.keys(failed ?? {});
}
