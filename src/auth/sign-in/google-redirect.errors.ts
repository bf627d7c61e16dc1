import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { AllowedMethods } from "../../common/allowed-methods";
import type { AuthErrorCode } from "../../common/auth-error-codes";
import { type ErrorForm, ErrorForms } from "../../common/error-forms";
import { MountedRoutes } from "../../common/mounted-routes";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";
import { failureTarget } from "./google-redirect.target";

/** The address of the sign-in by redirect. */
export const redirectPath = "/auth/google/redirect";

/** Of requests that no sign-in of the app's leads to: they are led nowhere. */
const neverRedirected: ReadonlySet<AuthErrorCode> = new Set<AuthErrorCode>([
  "csrf_mismatch",
  "origin_not_allowed",
  "method_not_allowed",
  "not_found",
]);

/**
 * A person whose browser has come here by itself should not be left before a
 * page of JSON: the app is told why the sign-in failed. Programs are answered as
 * everywhere.
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

  /** Also for what is refused before a controller is reached. */
  onModuleInit(): void {
    const { redirect } = this.options;
    if (redirect) {
      this.errorForms.use(
        this.routes.pathOf(redirectPath),
        formFor(redirect.appUrl),
      );
    } else {
      this.allowedMethods.turnOff(this.routes.pathOf(redirectPath));
    }
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
