import { cpSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { EmptyDatabases } from "./empty-databases";
import { execute, install, pack, temporaryFolder } from "./packed";

const examples = resolve(__dirname, "../../examples");

/**
 * Installs all or the named examples with the tarball into a temporary folder
 * and runs their tests there, independent of the working tree.
 */
async function main(names: readonly string[]): Promise<void> {
  const folder = temporaryFolder();
  const tarball = pack(folder);
  const databases = await EmptyDatabases.start();
  try {
    for (const name of names.length > 0 ? names : readdirSync(examples)) {
      const copy = join(folder, name);
      cpSync(join(examples, name), copy, {
        recursive: true,
        filter: (path) => !/\/(?:node_modules|dist)$/.test(path),
      });
      await install(copy, [tarball]);
      await databases.with((DATABASE_URL) =>
        execute(copy, "npm", ["test"], { DATABASE_URL }),
      );
      console.log(`✔ examples/${name}`);
    }
  } finally {
    await databases.stop();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
