import { generatedNotice } from "../docs/project";

/** One combination of the matrix, and how its test ended. */
export interface Cell {
  /** The major version of Node. */
  readonly node: string;
  readonly nest: string;
  readonly typeorm: string;
  readonly platform: string;
  /** Null if it passed. */
  readonly problem: string | null;
}

const names: Readonly<Record<string, string>> = {
  express: "Express",
  fastify: "Fastify",
};

/**
 * docs/compatibility.md: a row for each application, a column for each version
 * of Node.
 *
 * @param nodes the exact versions of Node, by major version
 */
export function matrixPage(
  cells: readonly Cell[],
  nodes: ReadonlyMap<string, string>,
): string {
  const problems = [...new Set(cells.flatMap(({ problem }) => problem ?? []))];
  const outcome = ({ problem }: Cell) =>
    problem === null ? "passes" : `fails (${problems.indexOf(problem) + 1})`;
  const rows = new Map<string, string[]>();
  for (const cell of cells) {
    const { nest, typeorm, platform } = cell;
    const head = `| ${nest} | ${typeorm} | ${names[platform] ?? platform}`;
    rows.set(head, [...(rows.get(head) ?? []), outcome(cell)]);
  }
  return [
    generatedNotice.replace("npm run docs", "npm run test:matrix"),
    "",
    "# Compatibility",
    "",
    "For each cell, the package was installed from its tarball into an empty application, which signed in, called a guarded route, refreshed and signed out: with its own database, and with the application's DataSource and migrations.",
    "",
    `| Nest | TypeORM | Platform | ${[...nodes.values()].map((version) => `Node ${version}`).join(" | ")} |`,
    `| --- | --- | --- |${" --- |".repeat(nodes.size)}`,
    ...[...rows].map(
      ([head, outcomes]) => `${head} | ${outcomes.join(" | ")} |`,
    ),
    "",
    ...problems.flatMap((problem, index) => [`${index + 1}. ${problem}`, ""]),
    "These applications are ES modules; [`team-app`](../examples/team-app/README.md) is CommonJS. `npm run test:matrix` tests all cells and rewrites this page, `npm run test:matrix -- --node 24 --nest 12` tests some of them, and `npm run test:all` the three that `-- --few` selects.",
    "",
  ].join("\n");
}
