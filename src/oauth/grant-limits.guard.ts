import "reflect-metadata";
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
} from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { FailedAttemptsFilter } from "../rate-limits/failed-attempts.filter";
import { RateLimitGuard } from "../rate-limits/rate-limit.guard";
import { ROUTE_LIMITS, type RouteLimits } from "../rate-limits/route-limits";
import { grantTypes } from "./grant-types";

/** Stands for a route of its own, with these limits. */
function routeWith(limits: RouteLimits): () => void {
  const route = () => undefined;
  Reflect.defineMetadata(ROUTE_LIMITS, limits, route);
  return route;
}

const signInRoute = routeWith({
  attempts: "signIn",
  failures: "signInFailures",
});
const refreshRoute = routeWith({ attempts: "refresh" });

/**
 * Counts a call of the token endpoint where the app's own route for the same
 * thing is counted: a client gets no second helping by another name.
 */
@Injectable()
export class GrantLimitsGuard implements CanActivate {
  constructor(private readonly limits: RateLimitGuard) {}

  /** @throws AuthError `rate_limited` */
  canActivate(context: ExecutionContext): Promise<boolean> {
    const route = isRefresh(context) ? refreshRoute : signInRoute;
    return this.limits.canActivate(
      Object.create(context, {
        getHandler: { value: () => route },
      }) as ExecutionContext,
    );
  }
}

/** Counts refused token exchanges as the refused sign-ins that they are. */
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
