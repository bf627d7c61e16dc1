import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { AllowedMethods } from "../../common/allowed-methods";
import type { AuthErrorCode } from "../../common/auth-error-codes";
import { type ErrorForm, ErrorForms } from "../../common/error-forms";
import { MountedRoutes } from "../../common/mounted-routes";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";
import { failureTarget } from "./google-redirect.target";

/** The path of the sign-in by redirect. */
export const redirectPath = "/auth/google/redirect";

/** Errors of requests that the app did not start: the browser is not redirected. */
const neverRedirected: ReadonlySet<AuthErrorCode> = new Set<AuthErrorCode>([
  "csrf_mismatch",
  "origin_not_allowed",
  "method_not_allowed",
  "not_found",
]);

/**
 * A browser that navigated here is redirected to the app with the error,
 * instead of showing JSON to its user. Other clients get problem+json as usual.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header
 */
@Injectable()
export class GoogleRedirectErrors implements OnModuleInit {
  constructor(
    private readonly errorForms: ErrorForms,
    private readonly allowedMethods: AllowedMethods,
    private readonly routes: MountedRoutes,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  /** Also for requests that are refused before they reach a controller. */
  onModuleInit(): void {
    const { redirect } = this.options;
    const paths = this.routes.pathsOf(redirectPath);
    if (redirect) this.errorForms.use(paths, formFor(redirect.appUrl));
    else this.allowedMethods.turnOff(paths);
  }
}

function formFor(appUrl: string): ErrorForm {
  return ({ code }, _showReason, { headers }) => {
    if (headers["sec-fetch-mode"] !== "navigate" || neverRedirected.has(code)) {
      return undefined;
    }
    return {
      status: 303,
      headers: {
        Location: failureTarget(code, appUrl),
        "Content-Type": "application/json; charset=utf-8",
      },
      body: { code },
    };
  };
}
