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

/** Of a request, what the audit log has. */
interface AuditedRequest extends LimitedRequest {
  readonly headers: { readonly "user-agent"?: string };
}

/**
 * Counts the attempts that were refused with 401 or 403, before they are
 * answered: so many a window get their answer, and from then on the network is
 * locked out, however many were under way at once. Those to sign in are written
 * to the audit log, as what they were refused for.
 *
 * What was refused before it counted as an attempt does not count as a failure:
 * else any web page could lock out the network of whoever looks at it.
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

  /** What to answer with. */
  private async counted(
    error: AuthError,
    host: ArgumentsHost,
  ): Promise<AuthError> {
    const request = host.switchToHttp().getRequest<AuditedRequest>();
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
    request: AuditedRequest,
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
