import { Injectable } from "@nestjs/common";
import type { AuthError } from "./auth-error";

/** An error as it is sent. */
export interface ErrorAnswer {
  readonly status: number;
  /** Content-Type among them; what every error answer has is added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** What both HTTP platforms know of the request that failed. */
export interface FailedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * How errors are told to clients that expect another form than problem+json.
 *
 * @param showReason name the failed check; never in production
 * @returns undefined where problem+json is right after all
 */
export type ErrorForm = (
  error: AuthError,
  showReason: boolean,
  request: FailedRequest,
) => ErrorAnswer | undefined;

/**
 * Which addresses tell errors in a form of their own, because their standard
 * demands it: also those that occur before a controller is reached, such as a
 * body that is too large.
 */
@Injectable()
export class ErrorForms {
  private readonly forms: [path: string, form: ErrorForm][] = [];

  /** @param paths of the routes, or what they have in common: `/oauth` */
  use(paths: readonly string[], form: ErrorForm): void {
    this.forms.push(...paths.map((path): [string, ErrorForm] => [path, form]));
  }

  /** @param path without the query string */
  of(path: string): ErrorForm | undefined {
    return this.forms.find(
      ([start]) => path === start || path.startsWith(`${start}/`),
    )?.[1];
  }
}
