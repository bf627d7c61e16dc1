import { Inject, Injectable } from "@nestjs/common";
import { parseCookie, stringifySetCookie } from "cookie";
import { AUTH_OPTIONS, type AuthOptions } from "./auth.options";
import type { TokensDto } from "./auth.dto";

/**
 * The browser takes it only from https (or localhost) and with `Secure`; and
 * sends it only to `/auth`, and never with a request of another site.
 */
export const refreshCookieName = "__Secure-refresh";

const attributes = {
  httpOnly: true,
  secure: true,
  sameSite: "strict",
  path: "/auth",
} as const;

/** What both HTTP platforms know of a request. */
export interface CookieRequest {
  readonly headers: { readonly cookie?: string };
}

/** What both HTTP platforms can do with a response. */
export interface CookieResponse {
  header(name: string, value: string): unknown;
}

/** The refresh token where no script can read it. */
@Injectable()
export class RefreshCookie {
  constructor(@Inject(AUTH_OPTIONS) private readonly options: AuthOptions) {}

  /** Whether every sign-in sets the cookie. */
  get isOn(): boolean {
    return this.options.refreshCookie;
  }

  /** The refresh token of a request's cookie; undefined when there is none. */
  read({ headers }: CookieRequest): string | undefined {
    const { cookie } = headers;
    if (!cookie?.includes(refreshCookieName)) return undefined;
    return parseCookie(cookie)[refreshCookieName] || undefined;
  }

  /**
   * An answer with tokens, whose refresh token moves into the cookie where
   * that is wanted.
   *
   * @param wanted also when the service does not set cookies by itself
   */
  answer<Answer extends TokensDto>(
    answer: Answer,
    response: CookieResponse,
    wanted = false,
  ): Answer {
    if (!this.isOn && !wanted) return answer;
    const { refreshToken = "", refreshExpiresIn } = answer;
    response.header(
      "Set-Cookie",
      stringifySetCookie({
        ...attributes,
        name: refreshCookieName,
        value: refreshToken,
        maxAge: refreshExpiresIn,
      }),
    );
    return Object.assign(answer, { refreshToken: undefined });
  }

  /** Takes the cookie back. */
  clear(response: CookieResponse): void {
    response.header(
      "Set-Cookie",
      stringifySetCookie({
        ...attributes,
        name: refreshCookieName,
        value: "",
        maxAge: 0,
      }),
    );
  }
}
