import { Controller, Get, type Type } from "@nestjs/common";
import { CurrentUser } from "../../src/index";

type Decorator = ClassDecorator & MethodDecorator;

/**
 * A controller with decorators from a table: `GET /path/method` for each of its
 * methods, which return whether the caller is known.
 */
export function controllerOf(
  path: string,
  decorators: readonly Decorator[],
  methods: Readonly<Record<string, readonly Decorator[]>>,
): Type {
  class DecoratedController {}
  Object.defineProperty(DecoratedController, "name", {
    value: `${path.toUpperCase()}Controller`,
  });
  const { prototype } = DecoratedController;
  for (const [method, own] of Object.entries(methods)) {
    Object.defineProperty(prototype, method, {
      configurable: true,
      value: (user: unknown) => ({ known: user !== undefined }),
    });
    const descriptor = Object.getOwnPropertyDescriptor(prototype, method) ?? {};
    CurrentUser()(prototype, method, 0);
    for (const decorate of [Get(method), ...own]) {
      decorate(prototype, method, descriptor);
    }
  }
  for (const decorate of [Controller(path), ...decorators]) {
    decorate(DecoratedController);
  }
  return DecoratedController;
}
