import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
} from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { FailedAttemptsFilter } from "../rate-limits/failed-attempts.filter";
import { RateLimitGuard } from "../rate-limits/rate-limit.guard";
import type { RouteLimits } from "../rate-limits/route-limits";
import { grantTypes } from "./grant-types";

/**
 * Counts a call to the token endpoint towards the limit of the equivalent
 * route, so that clients do not get a second allowance.
 */
@Injectable()
export class GrantLimitsGuard extends RateLimitGuard {
  protected override limitsOf(context: ExecutionContext): RouteLimits {
    return isRefresh(context)
      ? { attempts: "refresh" }
      : { attempts: "signIn", failures: "signInFailures" };
  }
}

/** Counts refused token exchanges as refused sign-ins. */
@Catch(AuthError)
@Injectable()
export class FailedGrantsFilter implements ExceptionFilter<AuthError> {
  constructor(
    private readonly signIns: FailedAttemptsFilter,
    private readonly others: ProblemDetailsFilter,
  ) {}

  async catch(error: AuthError, host: ArgumentsHost): Promise<void> {
    if (isRefresh(host)) this.others.catch(error, host);
    else await this.signIns.catch(error, host);
  }
}

function isRefresh(host: ArgumentsHost): boolean {
  const { body } = host.switchToHttp().getRequest<{ body?: unknown }>();
  return (
    typeof body === "object" &&
    body !== null &&
    (body as { grant_type?: unknown }).grant_type === grantTypes.refreshToken
  );
}
