import { Injectable } from "@nestjs/common";
import type { AuthError } from "./auth-error";
import type { HttpRequest } from "./http-request";

/** An error response. */
export interface ErrorAnswer {
  readonly status: number;
  /** Including Content-Type; headers common to all errors are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/**
 * How an error is formatted for clients that expect something other than
 * problem+json.
 *
 * @param showReason whether to name the failed check; never in production
 * @returns undefined to use problem+json after all
 */
export type ErrorForm = (
  error: AuthError,
  showReason: boolean,
  request: HttpRequest,
) => ErrorAnswer | undefined;

/**
 * Which routes have an error format of their own, because their standard
 * requires it. It also applies to errors before a controller is reached, such
 * as a body that is too large.
 */
@Injectable()
export class ErrorForms {
  private readonly forms: [prefix: string, form: ErrorForm][] = [];

  /** @param prefix of the paths: `/oauth/` */
  use(prefix: string, form: ErrorForm): void {
    this.forms.push([prefix, form]);
  }

  /** @param path without the query string */
  of(path: string): ErrorForm | undefined {
    return this.forms.find(([prefix]) => path.startsWith(prefix))?.[1];
  }
}
