import { Inject, Injectable } from "@nestjs/common";
import { type SetCookie, stringifySetCookie } from "cookie";
import { AuthError } from "../../common/auth-error";
import type { HttpRequest, HttpResponse } from "../../common/http-request";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";
import type { TokensDto } from "../sign-in/auth.dto";

/**
 * The name of the cookie. With the prefix a browser accepts it only from this
 * host, and only with `Secure`: another subdomain cannot plant one. Plain http
 * in development supports neither.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-__host-prefix
 */
export function refreshCookieName(isSecure: boolean): string {
  return isSecure ? "__Host-refresh" : "refresh";
}

/** The refresh token in a cookie that scripts cannot read. */
@Injectable()
export class RefreshCookie {
  private readonly name: string;
  private readonly attributes: Omit<SetCookie, "name" | "value">;

  constructor(@Inject(AUTH_OPTIONS) private readonly options: AuthOptions) {
    const { isSecure, sameSite } = options.refreshCookie;
    this.name = refreshCookieName(isSecure);
    this.attributes = {
      httpOnly: true,
      secure: isSecure,
      // A browser takes `None` only together with `Secure`.
      sameSite: isSecure ? sameSite : "lax",
      path: "/",
      ...(isSecure && sameSite === "none" && { partitioned: true }),
    };
  }

  /**
   * The refresh token in a request's cookie; undefined without one.
   *
   * @throws AuthError `invalid_request` for two cookies of that name: one of
   *   them was planted, and it is unknown which
   */
  read({ headers }: HttpRequest): string | undefined {
    const values = valuesOf(this.name, headers.cookie ?? "");
    if (values.length > 1) {
      throw new AuthError("invalid_request", {
        reason: "refresh_cookie_ambiguous",
        errors: [{ field: "cookie", message: `send ${this.name} once` }],
      });
    }
    return values[0] || undefined;
  }

  /**
   * Moves the refresh token of a response to the cookie, for pages of an
   * allowed origin and for clients that sent the cookie; apps get it in the
   * body.
   *
   * @param wanted whether to set the cookie in any case
   */
  answer<Answer extends TokensDto>(
    answer: Answer,
    request: HttpRequest,
    response: HttpResponse,
    wanted = false,
  ): Answer {
    const isPage = request.headers.origin !== undefined;
    if (!wanted && !(this.options.refreshCookie.isOn && isPage)) return answer;
    const { refreshToken = "", refreshExpiresIn } = answer;
    this.set(response, refreshToken, refreshExpiresIn);
    return Object.assign(answer, { refreshToken: undefined });
  }

  /** Deletes the cookie. */
  clear(response: HttpResponse): void {
    this.set(response, "", 0);
  }

  private set(response: HttpResponse, value: string, maxAge: number): void {
    const { name, attributes } = this;
    response.header(
      "Set-Cookie",
      stringifySetCookie({ ...attributes, name, value, maxAge }),
    );
  }
}

/**
 * All values of a cookie as sent: a cookie parser would return only the first.
 */
export function valuesOf(name: string, cookies: string): string[] {
  if (!cookies.includes(name)) return [];
  return cookies
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
