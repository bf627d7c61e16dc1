import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { EmptyDatabases } from "./empty-databases";
import { environmentOf, nodeProgram } from "./node-program";
import { execute, install, pack, temporaryFolder } from "./packed";

const examples = resolve(__dirname, "../../examples");
const seconds = (since: number) =>
  `${Math.round((performance.now() - since) / 1000)} s`;

/** @throws Error that names the examples, if one is unknown */
function selected(names: readonly string[]): readonly string[] {
  const all = readdirSync(examples).sort();
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `No example ${unknown.join(", ")}; there are ${all.join(", ")}`,
    );
  }
  return names.length > 0 ? names : all;
}

/**
 * Installs all or the named examples with the tarball into a temporary folder
 * and runs their tests there, independent of the working tree. A failure does
 * not prevent the others.
 */
async function main(): Promise<void> {
  const names = selected(process.argv.slice(2));
  const folder = temporaryFolder();
  const tarball = pack(folder);
  const databases = await EmptyDatabases.start();
  const failed: string[] = [];
  try {
    for (const [index, name] of names.entries()) {
      const label = `${index + 1}/${names.length} examples/${name}`;
      const startedAt = performance.now();
      try {
        await test(name, join(folder, name), tarball, databases);
        console.log(`✔ ${label} (${seconds(startedAt)})`);
      } catch (error) {
        failed.push(name);
        console.error(error instanceof Error ? error.message : error);
        console.error(`✖ ${label} (${seconds(startedAt)})`);
      }
    }
  } finally {
    await databases.stop();
  }
  if (failed.length > 0) {
    throw new Error(
      `Failed: ${failed.join(", ")}. Repeat with npm run test:examples -- ${failed.join(" ")}`,
    );
  }
}

async function test(
  name: string,
  copy: string,
  tarball: string,
  databases: EmptyDatabases,
): Promise<void> {
  const startedAt = performance.now();
  cpSync(join(examples, name), copy, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|dist|\.data)$/.test(path),
  });
  const env = environmentOf(await nodeProgram(nodeOf(copy)));
  await install(copy, [tarball], [], env);
  console.log(
    `  examples/${name}: installed (${seconds(startedAt)}), testing…`,
  );
  await databases.with((DATABASE_URL) =>
    execute(copy, "npm", ["test"], { ...env, DATABASE_URL }),
  );
}

/** The major version of Node to test an example with: this one, if it is new enough. */
function nodeOf(folder: string): string {
  const manifest = readFileSync(join(folder, "package.json"), "utf8");
  const { engines = {} } = JSON.parse(manifest) as {
    engines?: { node?: string };
  };
  const oldest = Number(/\d+/.exec(engines.node ?? "")?.[0] ?? 0);
  return String(Math.max(oldest, Number.parseInt(process.versions.node, 10)));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
