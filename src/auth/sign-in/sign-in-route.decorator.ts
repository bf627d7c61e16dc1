import {
  applyDecorators,
  type CanActivate,
  Header,
  HttpCode,
  type Type,
  UseGuards,
} from "@nestjs/common";
import { ApiConsumes, ApiHeader } from "../../common/open-api.decorators";
import { Public } from "../../common/access.decorators";
import type { AuthErrorCode } from "../../common/auth-error-codes";
import { ApiProblem } from "../../common/problem.dto";
import { headerRefs } from "../../common/response-headers";
import { RateLimited } from "../../rate-limits/rate-limited.decorator";
import { AllowedOriginGuard } from "../access/allowed-origin.guard";
import { DpopProofGuard } from "../access/dpop-proof.guard";

/** The errors of a sign-in with any kind of credential. */
const signInProblems = [
  "invalid_request",
  "invalid_dpop_proof",
  "use_dpop_nonce",
  "payload_too_large",
  "unsupported_media_type",
  "invalid_token",
  "token_expired",
  "hosted_domain_not_allowed",
  "email_not_verified",
  "sign_up_not_allowed",
  "account_disabled",
  "service_account_not_allowed",
  "origin_not_allowed",
  "identity_provider_unavailable",
  "service_unavailable",
] as const satisfies readonly AuthErrorCode[];

interface SignInRouteOptions {
  /** Whether the route exists at all; runs before everything else. */
  readonly existence?: Type<CanActivate>;
  /** Checks which pages may call it; {@link AllowedOriginGuard} by default. */
  readonly origin?: Type<CanActivate>;
  /** Verifies the credential, which is the most expensive step; runs last. */
  readonly credential?: Type<CanActivate>;
  /** Status of the response; 200 by default. */
  readonly status?: number;
  /** Additional errors. */
  readonly problems?: readonly AuthErrorCode[];
}

/**
 * Makes a route a sign-in route: public, never cached, rate limited by attempts
 * and failures, open to allowed origins, and bound to the client's key if that
 * is configured. More expensive checks run later.
 */
export function SignInRoute({
  existence,
  origin = AllowedOriginGuard,
  credential,
  status = 200,
  problems = [],
}: SignInRouteOptions = {}): MethodDecorator {
  return applyDecorators(
    Public(),
    HttpCode(status),
    Header("Cache-Control", "no-store"),
    UseGuards(...(existence ? [existence] : []), origin),
    RateLimited("signIn", { failures: "signInFailures" }),
    DpopBinding(),
    ...(credential ? [UseGuards(credential)] : []),
    ApiConsumes("application/json", "application/x-www-form-urlencoded"),
    ApiProblem(...signInProblems, ...problems),
  );
}

/** Reads the DPoP proof on a route that issues tokens; see `KeyThumbprint`. */
export const DpopBinding = () =>
  applyDecorators(
    UseGuards(DpopProofGuard),
    ApiHeader({
      name: "DPoP",
      required: false,
      description:
        "A proof (RFC 9449) binds the tokens to its key, if the service is configured for that.",
    }),
  );

/** Documents a response with tokens, some of which may be in a cookie. */
export const tokensAnswer = (type: Type) => ({
  type,
  description: "The tokens; in a browser, the refresh token is in the cookie",
  headers: headerRefs("Set-Cookie", "DPoP-Nonce"),
});
