import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { AllowedMethods } from "../../common/allowed-methods";
import type { AuthErrorCode } from "../../common/auth-error-codes";
import { type ErrorForm, ErrorForms } from "../../common/error-forms";
import { MountedRoutes } from "../../common/mounted-routes";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";

/** Same as Google's, so that a client can be switched from one to the other. */
export const tokeninfoPath = "/tokeninfo";

const descriptions: Readonly<Partial<Record<AuthErrorCode, string>>> = {
  invalid_token: "Invalid Value",
  token_expired: "Invalid Value",
  service_account_not_allowed: "Invalid Value",
  invalid_request: "Exactly one id_token required",
};

/**
 * Google's responses for an invalid token, which give no reason; the log has
 * it. Other errors are problem+json as usual.
 *
 * @see https://developers.google.com/identity/gsi/web/guides/verify-google-id-token#calling-the-tokeninfo-endpoint
 */
@Injectable()
export class TokeninfoErrors implements OnModuleInit {
  constructor(
    private readonly errorForms: ErrorForms,
    private readonly allowedMethods: AllowedMethods,
    private readonly routes: MountedRoutes,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  onModuleInit(): void {
    const { tokeninfo } = this.options;
    if (tokeninfo) {
      this.errorForms.use(
        this.routes.pathsOf(tokeninfoPath),
        formFor(tokeninfo.googleUrl),
      );
    } else {
      this.allowedMethods.turnOff(this.routes.pathsOf(tokeninfoPath));
    }
  }
}

function formFor(googleUrl: string): ErrorForm {
  return ({ code }) => {
    const description = descriptions[code];
    return description === undefined
      ? undefined
      : {
          status: 400,
          headers: {
            "Content-Type": "application/json; charset=utf-8",
            Link: `<${googleUrl}>; rel="related"`,
          },
          body: { error: "invalid_token", error_description: description },
        };
  };
}
