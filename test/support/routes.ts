import type { TestService } from "../../src/testing/test-service";

/** All routes of the router, such as `GET /users/me`, sorted. */
export function routesOf(service: TestService): string[] {
  const fastify = service.app.getHttpAdapter().getInstance();
  const tree = fastify.printRoutes().replace("(empty root node)", "");
  const routes: string[] = [];
  const stems: string[] = [];
  for (const line of tree.split("\n")) {
    const [, indent = "", part, methods = ""] =
      /^((?:│ {3}| {4})*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
    if (part === undefined) continue;
    const depth = indent.length / 4;
    const path = (stems[depth - 1] ?? "") + part;
    stems.splice(depth, Infinity, path);
    const verbs = methods.split(", ").filter((verb) => verb !== "");
    routes.push(...verbs.map((verb) => `${verb} ${path}`));
  }
  return routes.sort();
}
