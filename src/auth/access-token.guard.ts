import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type Type,
} from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import {
  ACCESS_RULE,
  type AccessRule,
  REQUIRED_ROLES,
  type RequestWithPrincipal,
} from "../common/access.decorators";
import { AuthError } from "../common/auth-error";
import { AccessTokens } from "../tokens/access-tokens";

interface PlainRequest extends RequestWithPrincipal {
  readonly headers: { readonly authorization?: string };
  readonly query?: unknown;
  readonly body?: unknown;
}

/**
 * Protects every route of the application: what is not marked `@Public()` or
 * `@OptionalAuth()` needs one of our access tokens. No I/O.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750 Bearer token usage
 */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  /** Decorators do not change while we run, and reading them takes longer than the rest of a guarded call. */
  private readonly rules = new WeakMap<object, RouteRule>();

  constructor(
    private readonly reflector: Reflector,
    private readonly accessTokens: AccessTokens,
  ) {}

  /** @throws AuthError `unauthenticated`, `insufficient_role`, `invalid_request` */
  canActivate(context: ExecutionContext): boolean {
    const { access, roles } = this.ruleOf(context);
    if (access === "public") return true;
    const request = context.switchToHttp().getRequest<PlainRequest>();
    const token = bearerToken(request);
    if (token === null) {
      if (access === "optional") return true;
      throw new AuthError("unauthenticated", { reason: "no_token" });
    }
    const principal = this.accessTokens.verify(token);
    if (roles && !roles.some((role) => principal.roles.includes(role))) {
      throw new AuthError("insufficient_role");
    }
    request.principal = principal;
    return true;
  }

  private ruleOf(context: ExecutionContext): RouteRule {
    const handler = context.getHandler();
    const type = context.getClass();
    const known = this.rules.get(handler);
    // A handler that two controllers inherit has the rules of each.
    if (known?.type === type) return known;
    const targets = [handler, type];
    const rule: RouteRule = {
      type,
      access: this.reflector.getAllAndOverride(ACCESS_RULE, targets),
      roles: this.reflector.getAllAndOverride(REQUIRED_ROLES, targets),
    };
    this.rules.set(handler, rule);
    return rule;
  }
}

interface RouteRule {
  readonly type: Type;
  readonly access: AccessRule | undefined;
  readonly roles: readonly string[] | undefined;
}

function bearerToken({ headers, query, body }: PlainRequest): string | null {
  const match = /^Bearer +([^\s]+)$/i.exec(headers.authorization ?? "");
  // RFC 6750 §2: a client must not use more than one way to send the token.
  if (match && [query, body].some((part) => has(part, "access_token"))) {
    throw new AuthError("invalid_request", {
      errors: [
        {
          field: "access_token",
          message: "send the access token in the Authorization header only",
        },
      ],
    });
  }
  return match?.[1] ?? (headers.authorization === undefined ? null : "");
}

function has(part: unknown, name: string): boolean {
  return typeof part === "object" && part !== null && Object.hasOwn(part, name);
}
