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

/** Maximum number of queued requests per user on this instance. */
const maxWaiting = 15;

/**
 * Serializes the changes of a user on this instance. They would wait for the
 * same row lock anyway; while waiting here, they do not hold a pooled
 * connection.
 */
@Injectable()
export class UserWritesInterceptor implements NestInterceptor {
  private readonly queues = new Map<string, (() => void)[]>();

  /**
   * @throws AuthError `rate_limited` if too many requests of this user are
   * already queued
   */
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
 * `rate_limited` for more than a few concurrent requests.
 */
export const OneWriteAtATime = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(UserWritesInterceptor),
    ApiProblem("rate_limited"),
  );
