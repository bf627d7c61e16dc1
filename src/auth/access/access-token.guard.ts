import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type Type,
} from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import { AuthError } from "../../common/auth-error";
import { Clock } from "../../common/clock.port";
import { requestOf, responseOf } from "../../common/context-request";
import type { HttpRequest, HttpResponse } from "../../common/http-request";
import { type AnsweredError, measurements } from "../../common/measurements";
import type { Principal } from "../../common/principal";
import { type RouteRule, routeRuleOf } from "../../common/route-rule";
import { signUpScope } from "../../access-tokens/access-token.subject";

import { AccessTokenVerifier } from "./access-token-verifier";
import { BoundTokens } from "./bound-tokens";
import { bearerToken, dpopToken } from "./presented-token";

/**
 * Rules by handler: decorators do not change, and reading them takes longer
 * than the rest of the guard. Shared, because `@UseGuards` creates a guard of
 * its own.
 */
const rules = new WeakMap<object, KnownRule>();

/** The name of a WebSocket message. */
const withoutHeaders: HttpResponse = { header: () => undefined };

/** The rule by which a request was admitted. */
const ENTERED = Symbol("entered");

interface GuardedRequest extends HttpRequest {
  [ENTERED]?: KnownRule;
}

/**
 * Protects every route of the application: unless it is marked `@Public()` or
 * `@OptionalAuth()`, it requires one of our access tokens and, if the token is
 * bound to a key, a proof of possession.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750 Bearer token usage
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-7 DPoP
 */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: AccessTokenVerifier,
    private readonly boundTokens: BoundTokens,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AuthError `unauthenticated`, `reauthentication_required`,
   *   `profile_incomplete`, `insufficient_role`, `invalid_request`,
   *   `service_unavailable`
   */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    try {
      const admitted = this.admit(context);
      return admitted instanceof Promise ? admitted.catch(refuse) : admitted;
    } catch (error) {
      return refuse(error);
    }
  }

  private admit(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.ruleOf(context);
    if (rule.access === "public") return true;
    const request = requestOf<GuardedRequest>(context);
    // The guard is global and is also applied to this route.
    if (request[ENTERED] === rule) return true;
    const token = bearerToken(request);
    if (token === null) {
      if (rule.access === "optional") return true;
      throw new AuthError("unauthenticated", {
        reason: "no_token",
        challenge: this.boundTokens.challenge,
      });
    }
    if (this.boundTokens.isOn) {
      const bound = token === "" ? dpopToken(request) : null;
      if (bound !== null) {
        const response = responseOf<HttpResponse>(context) ?? withoutHeaders;
        return this.boundTokens
          .verify(request, response, bound)
          .then((principal) => this.enter(request, rule, principal));
      }
      if (this.boundTokens.isRequired || request.headers.dpop !== undefined) {
        throw this.boundTokens.refusal("not_a_bearer_token");
      }
    }
    const found = this.tokens.verify(token);
    return found instanceof Promise
      ? found.then((principal) => this.enterPlain(request, rule, principal))
      : this.enterPlain(request, rule, found);
  }

  /** A stolen bound token must not become acceptable by omitting the proof. */
  private enterPlain(
    request: GuardedRequest,
    rule: KnownRule,
    principal: Principal,
  ): true {
    if (principal.confirmation !== null) {
      throw this.boundTokens.refusal("token_is_bound");
    }
    return this.enter(request, rule, principal);
  }

  private enter(
    request: GuardedRequest,
    rule: KnownRule,
    principal: Principal,
  ): true {
    const { allowsIncomplete, roles, maxAuthenticationAge } = rule;
    if (principal.scopes.includes(signUpScope) && !allowsIncomplete) {
      throw this.boundTokens.incompleteProfile(principal);
    }
    if (roles && !roles.some((role) => principal.roles.includes(role))) {
      throw new AuthError("insufficient_role");
    }
    if (
      maxAuthenticationAge !== undefined &&
      this.clock.nowSeconds() - principal.authenticatedAt > maxAuthenticationAge
    ) {
      throw this.boundTokens.tooOld(principal, maxAuthenticationAge);
    }
    request.user = principal;
    request[ENTERED] = rule;
    return true;
  }

  private ruleOf(context: ExecutionContext): KnownRule {
    const handler = context.getHandler();
    const type = context.getClass();
    const known = rules.get(handler);
    // A handler that two controllers inherit can have different rules in each.
    if (known?.type === type) return known;
    const rule = {
      type,
      ...routeRuleOf(this.reflector, handler as () => unknown, type),
    };
    rules.set(handler, rule);
    return rule;
  }
}

/** Passes an error on, and counts it. */
function refuse(error: unknown): never {
  if (error instanceof AuthError) {
    const { code, reason } = error;
    measurements.guardRefusal.publish({ code, reason } satisfies AnsweredError);
  }
  throw error;
}

interface KnownRule extends RouteRule {
  readonly type: Type;
}
