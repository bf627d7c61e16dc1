import type { Type } from "@nestjs/common";
import type { Reflector } from "@nestjs/core";
import {
  ACCESS_RULE,
  type AccessRule,
  INCOMPLETE_PROFILE_ALLOWED,
  MAX_AUTHENTICATION_AGE,
  REQUIRED_ROLES,
} from "./access.decorators";

/** What a route requires of its caller. */
export interface RouteRule {
  readonly access: AccessRule;
  readonly roles: readonly string[] | undefined;
  readonly allowsIncomplete: boolean;
  /** Seconds; undefined for any age. */
  readonly maxAuthenticationAge: number | undefined;
}

/** A method or a class with decorators. */
export type RouteTarget = Type | ((...parameters: never[]) => unknown);

/**
 * The rules of a route. Decorators on the method override those on the
 * controller, and requiring roles or a recent sign-in implies requiring a
 * token: a public controller does not make such a method public, and a public
 * method ignores the requirements of its controller.
 */
export function routeRuleOf(
  reflector: Reflector,
  method: RouteTarget,
  controller: Type,
): RouteRule {
  const read = <Value>(key: string, target: RouteTarget) =>
    reflector.get<Value | undefined>(key, target);
  const either = <Value>(key: string) =>
    read<Value>(key, method) ?? read<Value>(key, controller);
  const access =
    ownAccess(reflector, method) ?? ownAccess(reflector, controller) ?? "token";
  const isOpen = access !== "token";
  return {
    access,
    roles: isOpen ? undefined : either(REQUIRED_ROLES),
    allowsIncomplete: either<boolean>(INCOMPLETE_PROFILE_ALLOWED) ?? false,
    maxAuthenticationAge: isOpen ? undefined : either(MAX_AUTHENTICATION_AGE),
  };
}

/**
 * The access rule of a method or a controller by itself; if it is
 * contradictory, a token is required.
 */
function ownAccess(
  reflector: Reflector,
  target: RouteTarget,
): AccessRule | undefined {
  return asksForMore(reflector, target)
    ? "token"
    : reflector.get<AccessRule | undefined>(ACCESS_RULE, target);
}

/** Whether a target requires more than any valid access token. */
export function asksForMore(
  reflector: Reflector,
  target: RouteTarget,
): boolean {
  return [REQUIRED_ROLES, MAX_AUTHENTICATION_AGE].some(
    (key) => reflector.get<unknown>(key, target) !== undefined,
  );
}
