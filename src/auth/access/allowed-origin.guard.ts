import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
} from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import type { HttpRequest } from "../../common/http-request";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";
import { RefreshCookie } from "../sessions/refresh-cookie";

/**
 * Refuses calls from pages of other sites, which could sign the user in to an
 * account of the attacker. A page must have an allowed origin or the origin
 * that it calls; apps and servers send no `Origin`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6454 The Web Origin Concept
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
@Injectable()
export class AllowedOriginGuard implements CanActivate {
  private readonly allowed: ReadonlySet<unknown>;

  constructor(
    @Inject(AUTH_OPTIONS) { allowedOrigins }: AuthOptions,
    private readonly cookie: RefreshCookie,
  ) {
    this.allowed = new Set(allowedOrigins);
  }

  /** @throws AuthError `origin_not_allowed` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const { headers } = request;
    const { origin } = headers;
    if (this.allowed.has(origin)) return true;
    if (origin === undefined) {
      // From an app. Only browsers have cookies, and they always send an
      // origin.
      if (this.cookie.read(request) === undefined) return true;
      throw new AuthError("origin_not_allowed", { reason: "no_origin" });
    }
    // No script can set this header. An opaque origin is never trusted.
    const isSameOrigin = headers["sec-fetch-site"] === "same-origin";
    if (isSameOrigin && origin !== "null") return true;
    throw new AuthError("origin_not_allowed");
  }
}
