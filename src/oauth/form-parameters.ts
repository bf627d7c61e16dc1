import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type PipeTransform,
} from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import type { HttpRequest } from "../common/http-request";
import { OAuthError } from "./oauth-error";

/** May be sent several times: RFC 8693 §2.1. */
const repeatable = new Set(["audience", "resource"]);

/**
 * The parameters of an OAuth request: only from the form, each sent once; a
 * parameter without a value counts as absent.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-3.2
 */
export class FormParameters {
  private readonly values = new Map<string, readonly string[]>();

  /**
   * @param body as the platform parsed it; untrusted
   * @throws OAuthError `invalid_request`
   */
  constructor(body: unknown) {
    const isForm =
      typeof body === "object" && body !== null && !Array.isArray(body);
    for (const [name, value] of Object.entries(isForm ? body : {})) {
      const list: unknown[] = Array.isArray(value) ? value : [value];
      if (list.length > 1 && !repeatable.has(name)) {
        throw new OAuthError(
          "invalid_request",
          "A parameter was sent more than once.",
          { reason: "duplicate_parameter" },
        );
      }
      const texts = list.filter(
        (entry) => typeof entry === "string" && entry !== "",
      ) as string[];
      if (texts.length > 0) this.values.set(name, texts);
    }
  }

  /** The value of an optional parameter. */
  get(name: string): string | undefined {
    return this.values.get(name)?.[0];
  }

  /** All values of a parameter that may be sent several times. */
  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** @throws OAuthError `invalid_request` if it is missing */
  need(name: string): string {
    const value = this.get(name);
    if (value !== undefined) return value;
    throw new OAuthError(
      "invalid_request",
      `The parameter ${name} is missing.`,
      { reason: "parameter_missing" },
    );
  }

  /** The names in a space-separated list; undefined if it is missing. */
  scopes(): readonly string[] | undefined {
    return this.get("scope")
      ?.split(" ")
      .filter((name) => name !== "");
  }
}

/** Parameter decorator for the {@link FormParameters} of the body. */
@Injectable()
export class FormParametersPipe implements PipeTransform<
  unknown,
  FormParameters
> {
  /** @throws OAuthError `invalid_request` */
  transform(body: unknown): FormParameters {
    return new FormParameters(body);
  }
}

/** OAuth requests are forms; JSON is for the other routes. */
@Injectable()
export class FormBodyGuard implements CanActivate {
  /** @throws AuthError `unsupported_media_type` */
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<HttpRequest>();
    const type = headers["content-type"];
    // Without a body, a parameter is missing.
    if (type === undefined) return true;
    if (/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
      return true;
    }
    throw new AuthError("unsupported_media_type", { reason: "not_a_form" });
  }
}
