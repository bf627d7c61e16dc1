import { Injectable, type OnModuleInit, type Type } from "@nestjs/common";
import { MetadataScanner, ModulesContainer, Reflector } from "@nestjs/core";
import {
  ACCESS_RULE,
  type AccessRule,
  INCOMPLETE_PROFILE_ALLOWED,
  MAX_AUTHENTICATION_AGE,
  REQUIRED_ROLES,
} from "../../common/access.decorators";

/** What a route asks of its caller. */
export interface RouteRule {
  readonly access: AccessRule;
  readonly roles: readonly string[] | undefined;
  readonly allowsIncomplete: boolean;
  /** Seconds; undefined for any age. */
  readonly maxAuthenticationAge: number | undefined;
}

/** A method or a class that carries decorators. */
type Target = Type | ((...parameters: never[]) => unknown);

/**
 * The rules of a route. A decorator on the method overrides one on the
 * controller. Requiring roles or a recent sign-in also requires a token: a public
 * controller does not open such a method, and an open method ignores what its
 * controller requires.
 */
export function routeRuleOf(
  reflector: Reflector,
  method: Target,
  controller: Type,
): RouteRule {
  const read = <Value>(key: string, target: Target) =>
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

/** The access that a method or a controller declares; closed where that is contradictory. */
function ownAccess(
  reflector: Reflector,
  target: Target,
): AccessRule | undefined {
  return asksForMore(reflector, target)
    ? "token"
    : reflector.get<AccessRule | undefined>(ACCESS_RULE, target);
}

function asksForMore(reflector: Reflector, target: Target): boolean {
  return [REQUIRED_ROLES, MAX_AUTHENTICATION_AGE].some(
    (key) => reflector.get<unknown>(key, target) !== undefined,
  );
}

/**
 * Refuses to start with a method or a controller that is both open to everybody
 * and restricted: which was meant is unknown.
 */
@Injectable()
export class AccessRulesCheck implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error that names all of them */
  onModuleInit(): void {
    const contradictions = [...this.targets()]
      .filter(([, target]) => this.contradicts(target))
      .map(([name]) => name);
    if (contradictions.length === 0) return;
    throw new Error(
      `@Public() or @OptionalAuth() stands beside @Roles() or @RequireRecentSignIn() at ${contradictions.join(", ")}. Remove one of them.`,
    );
  }

  private contradicts(target: Target): boolean {
    const access = this.reflector.get<AccessRule | undefined>(
      ACCESS_RULE,
      target,
    );
    return (
      (access === "public" || access === "optional") &&
      asksForMore(this.reflector, target)
    );
  }

  /** Every controller and every method of one, with its name. */
  private *targets(): Generator<[string, Target]> {
    for (const { controllers } of this.modules.values()) {
      for (const { metatype } of controllers.values()) {
        if (typeof metatype !== "function") continue;
        yield [metatype.name, metatype as Type];
        const prototype = metatype.prototype as Record<string, Target>;
        for (const name of this.scanner.getAllMethodNames(prototype)) {
          const method = prototype[name];
          if (method) yield [`${metatype.name}.${name}`, method];
        }
      }
    }
  }
}
