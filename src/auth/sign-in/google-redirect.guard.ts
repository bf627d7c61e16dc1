import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
} from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import type { HttpRequest } from "../../common/http-request";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";
import { checkCsrfToken, csrfTokenName } from "./google-redirect.csrf";

/** The origin from which Google's own page posts the credential. */
const googleOrigin = "https://accounts.google.com";

/**
 * Admits requests from Google's page or one of the app's pages. The CSRF token
 * alone is not sufficient: an attacker who controls one of our subdomains can
 * plant the cookie and post their own credential with it.
 *
 * A request without any information about its origin does not come from a
 * browser released since 2020; for these the CSRF token has to suffice.
 *
 * @see https://fetch.spec.whatwg.org/#origin-header
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
@Injectable()
export class GoogleRedirectGuard implements CanActivate {
  private readonly isOn: boolean;
  private readonly allowed: ReadonlySet<string>;

  constructor(@Inject(AUTH_OPTIONS) { allowedOrigins, redirect }: AuthOptions) {
    this.isOn = Boolean(redirect);
    const pages = redirect ? [redirect.appUrl, ...redirect.otherUrls] : [];
    this.allowed = new Set([
      googleOrigin,
      ...allowedOrigins,
      ...pages.map((url) => new URL(url).origin),
    ]);
  }

  /**
   * @throws AuthError `not_found` if no app URL is configured,
   * `origin_not_allowed`, `csrf_mismatch`
   */
  canActivate(context: ExecutionContext): boolean {
    if (!this.isOn) throw new AuthError("not_found", { reason: "no_app_url" });
    const request = context.switchToHttp().getRequest<HttpRequest>();
    this.checkOrigin(request);
    const fields = Object(request.body) as Readonly<Record<string, unknown>>;
    checkCsrfToken(request.headers.cookie, fields[csrfTokenName]);
    return true;
  }

  private checkOrigin({ headers }: HttpRequest): void {
    const { origin, "sec-fetch-site": site } = headers;
    if (origin === undefined && site === undefined) return;
    if (origin === undefined) {
      throw new AuthError("origin_not_allowed", { reason: "no_origin" });
    }
    // No script can set this header. An opaque origin is never trusted.
    const isSameOrigin = site === "same-origin" && origin !== "null";
    if (isSameOrigin || this.allowed.has(origin)) return;
    throw new AuthError("origin_not_allowed");
  }
}
