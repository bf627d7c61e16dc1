import type { Type } from "@nestjs/common";
import type { Reflector } from "@nestjs/core";
import {
  ACCESS_RULE,
  type AccessRule,
  INCOMPLETE_PROFILE_ALLOWED,
  MAX_AUTHENTICATION_AGE,
  REQUIRED_ROLES,
} from "./access.decorators";

/** What a route asks of its caller. */
export interface RouteRule {
  readonly access: AccessRule;
  readonly roles: readonly string[] | undefined;
  readonly allowsIncomplete: boolean;
  /** Seconds; undefined for any age. */
  readonly maxAuthenticationAge: number | undefined;
}

/** A method or a class that carries decorators. */
export type RouteTarget = Type | ((...parameters: never[]) => unknown);

/**
 * The rules of a route. What stands on the method wins over what stands on the
 * controller, and whoever asks for roles, or for a recent sign-in, asks for a
 * token: a controller that is public does not open such a method, and a method
 * that is open has no use for what the controller asks for.
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

/** What a method, or a controller, says of access by itself; where it contradicts itself, it is closed. */
function ownAccess(
  reflector: Reflector,
  target: RouteTarget,
): AccessRule | undefined {
  return asksForMore(reflector, target)
    ? "token"
    : reflector.get<AccessRule | undefined>(ACCESS_RULE, target);
}

/** Whether a target asks for more than any access token. */
export function asksForMore(
  reflector: Reflector,
  target: RouteTarget,
): boolean {
  return [REQUIRED_ROLES, MAX_AUTHENTICATION_AGE].some(
    (key) => reflector.get<unknown>(key, target) !== undefined,
  );
}
