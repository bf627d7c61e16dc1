import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Inject,
  Injectable,
} from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import { AuthError } from "../common/auth-error";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { Lockouts, rateLimitKey } from "./lockouts";
import { OutageTolerantStorage } from "./outage-tolerant-storage";
import { ATTEMPT, type LimitedRequest } from "./route-limits";
import {
  RATE_LIMITS_OPTIONS,
  type RateLimitsOptions,
} from "./rate-limits.options";

/**
 * Counts attempts that are refused with 401 or 403, before the response is
 * sent: once the limit is reached, the network is locked out, regardless of how
 * many attempts were in flight. Refused sign-ins are written to the audit log.
 *
 * A request that was refused before it counted as an attempt does not count as
 * a failure. Otherwise any web page could lock out its visitors' network.
 */
@Catch(AuthError)
@Injectable()
export class FailedAttemptsFilter implements ExceptionFilter<AuthError> {
  constructor(
    private readonly problems: ProblemDetailsFilter,
    private readonly storage: OutageTolerantStorage,
    private readonly lockouts: Lockouts,
    private readonly audit: AuditTrail,
    @Inject(RATE_LIMITS_OPTIONS) private readonly options: RateLimitsOptions,
  ) {}

  async catch(error: AuthError, host: ArgumentsHost): Promise<void> {
    this.problems.catch(await this.counted(error, host), host);
  }

  /** The error to send. */
  private async counted(
    error: AuthError,
    host: ArgumentsHost,
  ): Promise<AuthError> {
    const request = host.switchToHttp().getRequest<LimitedRequest>();
    const { network = "", failures: name } = request[ATTEMPT] ?? {};
    if (error.status !== 401 && error.status !== 403) return error;
    const limit = name ? this.options.limits[name] : "off";
    // Refused before the limit counted it: this filter is on sign-in routes only.
    if ((name ?? "signInFailures") === "signInFailures") {
      await this.recordRefusal(error, request, limit !== "off");
    }
    if (!name || limit === "off") return error;
    const milliseconds = limit.seconds * 1000;
    const record = await this.storage.increment(
      rateLimitKey(name, network),
      milliseconds,
      limit.count,
      milliseconds,
      name,
    );
    const left = record.isBlocked ? -1 : limit.count - record.totalHits;
    if (left > 0) return error;
    const refusal = this.lockouts.add(name, network, record);
    return left === 0 ? error : refusal;
  }

  private recordRefusal(
    error: AuthError,
    request: LimitedRequest,
    isLimited: boolean,
  ): Promise<void> {
    const { code, reason = code, userId = null } = error;
    const event = {
      event: "sign_in_refused",
      userId,
      reason,
      details: { code },
      ip: request.ip,
      userAgent: request.headers["user-agent"],
    } as const;
    return isLimited
      ? this.audit.recordSoon(event)
      : this.audit.recordUnlimited(event);
  }
}
