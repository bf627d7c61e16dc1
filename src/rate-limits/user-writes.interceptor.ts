import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from "@nestjs/common";
import { defer, finalize, from, type Observable, switchMap } from "rxjs";
import { AuthError } from "../common/auth-error";
import type { HttpRequest } from "../common/http-request";
import type { Principal } from "../common/principal";
import { ApiProblem } from "../common/problem.dto";

/** Most requests of one user that wait for their turn on this instance. */
const maxWaiting = 15;

/**
 * Lets one user's changes run one after another on this instance. They lock the
 * same row anyway; waiting here, they hold no connection of the pool meanwhile.
 */
@Injectable()
export class UserWritesInterceptor implements NestInterceptor {
  private readonly queues = new Map<string, (() => void)[]>();

  /** @throws AuthError `rate_limited` when too many of this user wait already */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { user } = context.switchToHttp().getRequest<HttpRequest>();
    if (!user) return next.handle();
    const { userId } = user as Principal;
    return defer(() => from(this.turn(userId))).pipe(
      switchMap(() => next.handle().pipe(finalize(() => this.endTurn(userId)))),
    );
  }

  private turn(userId: string): Promise<void> {
    const waiting = this.queues.get(userId);
    if (!waiting) {
      this.queues.set(userId, []);
      return Promise.resolve();
    }
    if (waiting.length >= maxWaiting) {
      throw new AuthError("rate_limited", {
        reason: "user_writes",
        retryAfterSeconds: 1,
      });
    }
    return new Promise((begin) => waiting.push(begin));
  }

  private endTurn(userId: string): void {
    const begin = this.queues.get(userId)?.shift();
    if (begin) begin();
    else this.queues.delete(userId);
  }
}

/**
 * For routes that change the user who calls them: one change at a time, and 429
 * `rate_limited` for whoever sends more than a few at once.
 */
export const OneWriteAtATime = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(UserWritesInterceptor),
    ApiProblem("rate_limited"),
  );
