import { copyFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { EmptyDatabases } from "./empty-databases";
import { type Cell, matrixPage } from "./matrix-page";
import { nodeProgram } from "./node-program";
import { execute, install, pack, temporaryFolder } from "./packed";

const nodes = ["20", "22", "24", "26"];
/** From the first 11 whose platforms fit together: npm refuses the two before. */
const nests = ["11.0.3", "11", "12"];
const typeorms = ["0.3.20", "0.3", "1"];
const platforms = ["express", "fastify"];

type Combination = Omit<Cell, "problem">;

/** What `npm run test:all` tests: the oldest Node, and ES modules. */
const few = [
  { node: "20", nest: "11", typeorm: "1", platform: "express" },
  { node: "20", nest: "11", typeorm: "1", platform: "fastify" },
  { node: "24", nest: "12", typeorm: "1", platform: "fastify" },
];

/** The combinations that the arguments select, by application. */
function selected(): { cells: Combination[]; isAll: boolean } {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      ...{ node: text, nest: text, typeorm: text, platform: text },
      few: { type: "boolean" },
    },
  });
  const { few: isFew, ...wanted } = values;
  const every = nests.flatMap((nest) =>
    typeorms.flatMap((typeorm) =>
      platforms.flatMap((platform) =>
        nodes.map((node) => ({ node, nest, typeorm, platform })),
      ),
    ),
  );
  const cells = (isFew ? few : every).filter((cell) =>
    Object.entries(wanted).every(
      ([name, value]) => cell[name as keyof Combination] === value,
    ),
  );
  if (cells.length === 0) throw new Error("No combination is selected");
  return { cells, isAll: cells.length === every.length };
}

/**
 * Tests the selected combinations, by default all, with the tarball, each
 * application in an empty folder.
 */
async function main(): Promise<void> {
  const { cells, isAll } = selected();
  const folder = temporaryFolder();
  const tarball = pack(folder);
  const databases = await EmptyDatabases.start();
  const tested: Cell[] = [];
  const versions = new Map<string, string>();
  try {
    for (const [index, cell] of cells.entries()) {
      const startedAt = performance.now();
      const { nest, typeorm } = cell;
      const program = await nodeProgram(cell.node);
      const host = join(folder, `nest-${nest}-typeorm-${typeorm}`);
      let problem = await installed(host, cell, tarball);
      problem ??= await tried(databases, host, program, cell.platform);
      const used = await usedVersions(host, program);
      versions.set(cell.node, used.node);
      tested.push({
        ...{ ...cell, problem },
        ...{ nest: used.nest ?? nest, typeorm: used.typeorm ?? typeorm },
      });
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      console.log(
        `${problem === null ? "✔" : "✖"} ${index + 1}/${cells.length} Node ${cell.node}, Nest ${nest}, TypeORM ${typeorm}, ${cell.platform}: ${problem ?? "passes"} (${seconds} s)`,
      );
    }
  } finally {
    await databases.stop();
  }
  if (isAll) {
    const page = join(resolve(__dirname, "../.."), "docs/compatibility.md");
    const text = matrixPage(tested, versions);
    const options = { parser: "markdown", proseWrap: "always" } as const;
    writeFileSync(page, await format(text, { ...options, printWidth: 108 }));
  }
  if (tested.some(({ problem }) => problem !== null)) process.exitCode = 1;
}

/** Installations by folder, as each is used for several cells. */
const installations = new Map<string, Promise<string | null>>();

/** Installs the application of a cell; returns the problem, if any. */
function installed(
  host: string,
  { nest, typeorm }: Combination,
  tarball: string,
): Promise<string | null> {
  const known = installations.get(host);
  if (known) return known;
  const packages = [...packagesOf(nest, typeorm), tarball];
  const installation = install(host, packages).then(() => {
    copyFileSync(join(__dirname, "cell.mjs"), join(host, "cell.mjs"));
    return null;
  }, problemOf);
  installations.set(host, installation);
  return installation;
}

/** The packages of an application, other than ours. */
function packagesOf(nest: string, typeorm: string): string[] {
  const major = nest.split(".", 1)[0] ?? "";
  return [
    ...["common", "core", "platform-express", "platform-fastify"].map(
      (name) => `@nestjs/${name}@${nest}`,
    ),
    `@nestjs/typeorm@${major}`,
    `typeorm@${typeorm}`,
    ...["pg", "reflect-metadata", "rxjs", "class-validator"],
    ...["class-transformer", "fastify@5", "find-my-way@9", "helmet@8"],
    "@peculiar/x509@2",
  ];
}

/** Runs the application with both kinds of database; returns the problem, if any. */
async function tried(
  databases: EmptyDatabases,
  host: string,
  program: string,
  PLATFORM: string,
): Promise<string | null> {
  try {
    for (const CONNECTION of ["", "own"]) {
      await databases.with((DATABASE_URL) =>
        execute(host, program, ["cell.mjs"], {
          ...{ DATABASE_URL, PLATFORM, CONNECTION },
        }),
      );
    }
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

/** The part of an output that names the error, in one line. */
function problemOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // Node prints what an assertion compared between its message and the stack.
  const named = /^(?:npm error )?\w*Error[^]*?(?=\n +at |\n\n +at |$(?![^]))/m;
  return (
    named.exec(text)?.[0].replace(/\s+/g, " ").slice(0, 300) ??
    /^npm error peer .*$/m.exec(text)?.[0] ??
    /^npm error .*$/m.exec(text)?.[0] ??
    "fails"
  );
}

/** The exact versions in use; those of packages only if they are installed. */
async function usedVersions(host: string, program: string) {
  const versionOf = (name: string) =>
    `JSON.parse(fs.readFileSync("node_modules/${name}/package.json")).version`;
  const code = `const fs = require("fs"), or = (get) => { try { return get() } catch {} };
    console.log(JSON.stringify({ node: process.version.slice(1),
      nest: or(() => ${versionOf("@nestjs/core")}),
      typeorm: or(() => ${versionOf("typeorm")}) }))`;
  const answer = await execute(host, program, ["-e", code]);
  return JSON.parse(answer) as {
    node: string;
    nest?: string;
    typeorm?: string;
  };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
