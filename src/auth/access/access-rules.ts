import { Injectable, type OnModuleInit, type Type } from "@nestjs/common";
import { MetadataScanner, ModulesContainer, Reflector } from "@nestjs/core";
import { ACCESS_RULE, type AccessRule } from "../../common/access.decorators";
import { asksForMore, type RouteTarget } from "../../common/route-rule";

/**
 * Refuses to start if a method or a controller is both public and restricted,
 * since it is unclear which was meant.
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
      `@Public() or @OptionalAuth() is combined with @Roles() or @RequireRecentSignIn() at ${contradictions.join(", ")}. Remove one of them.`,
    );
  }

  private contradicts(target: RouteTarget): boolean {
    const access = this.reflector.get<AccessRule | undefined>(
      ACCESS_RULE,
      target,
    );
    return (
      (access === "public" || access === "optional") &&
      asksForMore(this.reflector, target)
    );
  }

  /** Every controller and every controller method, with its name. */
  private *targets(): Generator<[string, RouteTarget]> {
    for (const { controllers } of this.modules.values()) {
      for (const { metatype } of controllers.values()) {
        if (typeof metatype !== "function") continue;
        yield [metatype.name, metatype as Type];
        const prototype = metatype.prototype as Record<string, RouteTarget>;
        for (const name of this.scanner.getAllMethodNames(prototype)) {
          const method = prototype[name];
          if (method) yield [`${metatype.name}.${name}`, method];
        }
      }
    }
  }
}
