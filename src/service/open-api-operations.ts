import type { INestApplication, Type } from "@nestjs/common";
import { ModulesContainer, Reflector } from "@nestjs/core";
import type { OpenAPIObject } from "@nestjs/swagger";
import { AllowedMethods } from "../common/allowed-methods";
import {
  type RouteRule,
  routeRuleOf,
  type RouteTarget,
} from "../common/route-rule";

interface Operation {
  operationId?: string;
  security?: Record<string, string[]>[];
}

/** The name of an operation while the description is being generated. */
export function operationKey(controller: string, method: string): string {
  return `${controller}#${method}`;
}

/**
 * Sets the name and security requirements of every operation, and removes
 * operations that the configuration turns off.
 */
export function describeOperations(
  app: INestApplication,
  document: OpenAPIObject,
): void {
  const rules = rulesByKey(app);
  const allowedMethods = app.get(AllowedMethods, { strict: false });
  const names = new Set<string>();
  for (const [path, item] of Object.entries(document.paths)) {
    if (allowedMethods.isOff(path.replace(/\{(\w+)\}/g, ":$1"))) {
      delete document.paths[path];
      continue;
    }
    for (const operation of Object.values(item as Record<string, Operation>)) {
      const key = operation.operationId;
      if (key === undefined) continue;
      operation.operationId = nameOf(key, names);
      names.add(operation.operationId);
      const security = securityOf(operation, rules.get(handlerOf(key)));
      if (security) operation.security = security;
    }
  }
}

/** The method's own name; client generators require unique names. */
function nameOf(key: string, taken: ReadonlySet<string>): string {
  const [controller = "", method = ""] = key.split("#");
  // A method with two paths becomes `name[0]` and `name[1]`.
  const name = method.replace("[0]", "").replace(/\[(\d+)\]/, "Alias$1");
  return taken.has(name) ? `${name}Of${controller}` : name;
}

function handlerOf(key: string): string {
  return key.replace(/\[\d+\]$/, "");
}

/** Undefined if neither the decorators nor the rule specify it. */
function securityOf(
  { security: declared }: Operation,
  rule: RouteRule | undefined,
): Operation["security"] {
  const named = declared?.flatMap((one) =>
    "bearer" in one ? [one, { dpop: [] }] : [one],
  );
  if (rule?.access === "public") return named ?? [];
  if (rule?.access === "optional") return [{}, ...(named ?? [])];
  return named;
}

/** The rules of an application's handlers, as the guard applies them. */
function rulesByKey(app: INestApplication): Map<string, RouteRule> {
  const reflector = new Reflector();
  const rules = new Map<string, RouteRule>();
  for (const { controllers } of app.get(ModulesContainer).values()) {
    for (const { metatype } of controllers.values()) {
      if (typeof metatype !== "function") continue;
      const type = metatype as Type;
      for (const [name, method] of methodsOf(type)) {
        rules.set(
          operationKey(type.name, name),
          routeRuleOf(reflector, method, type),
        );
      }
    }
  }
  return rules;
}

/** Including inherited ones. */
function* methodsOf({ prototype }: Type): Generator<[string, RouteTarget]> {
  for (
    let owner = prototype as object;
    owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner) as object
  ) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      const method: unknown = Reflect.get(owner, name);
      if (typeof method === "function" && name !== "constructor") {
        yield [name, method as RouteTarget];
      }
    }
  }
}
