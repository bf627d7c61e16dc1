import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { EmbeddedPostgresError, systemCode } from "./embedded-postgres-error";
import { canReach, serverAccount, type ServerAccount } from "./server-account";

/*
 * A cluster and what belongs to it live in one folder, its home:
 *
 *   cluster/      PostgreSQL's data directory
 *   password      of its superuser
 *   port          it listened on last
 *   leases/       who uses the server
 *   server.log    of this run, and server.log.1 of the one before
 *   binaries-…/   a copy of the programs, where those cannot be used in place
 *
 * The home is the folder the caller names, except for root in a place that no
 * other user can get to, where Postgres could not run: then it is a folder below
 * /var/tmp, and the two know of each other by `cluster-is-in` and `belongs-to`.
 * The lock is always in the folder the caller names.
 */

/** Where a cluster lives and who runs it. */
export interface ClusterHome {
  readonly path: string;
  readonly account: ServerAccount;
}

const sharedFolder = "/var/tmp";
const sharedPrefix = "nest-google-auth-";
const pointer = "cluster-is-in";
const backPointer = "belongs-to";

/** The data directory of a home. */
export function clusterFolder(home: string): string {
  return join(home, "cluster");
}

/** The lock that start, stop and destroy take. */
export function lockFile(dataDir: string): string {
  return join(dataDir, "lock");
}

/**
 * Makes the folder the caller names, with access for nobody who does not need it.
 *
 * @throws EmbeddedPostgresError when it is another program's data directory
 */
export function makeDataDir(dataDir: string): void {
  if (existsSync(join(dataDir, "PG_VERSION"))) {
    throw new EmbeddedPostgresError(
      `${dataDir} is the data directory of another PostgreSQL. Name a folder of its own for the embedded one.`,
    );
  }
  if (existsSync(dataDir)) return;
  mkdirSync(dataDir, { recursive: true });
  // The server's account has to pass through, but has no business to look around.
  chmodSync(dataDir, process.geteuid?.() === 0 ? 0o711 : 0o700);
}

/** The home that exists for a folder: the folder itself unless it points elsewhere. */
export function currentHome(dataDir: string): string {
  return pointedHome(dataDir) ?? dataDir;
}

/**
 * Decides where the cluster lives, and makes that place. To be called under the lock.
 *
 * @throws EmbeddedPostgresError when the server's account cannot get there
 */
export function settleHome(
  dataDir: string,
  onProgress?: (message: string) => void,
): ClusterHome {
  const pointed = pointedHome(dataDir);
  const path = pointed ?? dataDir;
  const account = serverAccount(clusterFolder(path));
  if (canReach(account, path)) return { path, account };
  if (existsSync(clusterFolder(path))) {
    throw new EmbeddedPostgresError(
      `The database in ${path} runs as ${account.name}, who cannot get there any more. Open the folders above it (chmod o+x), or start afresh with --reset.`,
    );
  }
  const home = makeSharedHome(dataDir);
  onProgress?.(
    `PostgreSQL does not run as root, and ${account.name} cannot get to ${dataDir}: the database is kept in ${home}`,
  );
  return { path: home, account };
}

/**
 * Homes below /var/tmp that were made for this folder, which does not point to
 * them any more because somebody deleted and remade it.
 */
export function orphanedHomes(dataDir: string): string[] {
  if (process.geteuid?.() !== 0 || !existsSync(sharedFolder)) return [];
  const current = currentHome(dataDir);
  return readdirSync(sharedFolder)
    .filter((name) => name.startsWith(sharedPrefix))
    .map((name) => join(sharedFolder, name))
    .filter((home) => home !== current && isOurs(home))
    .filter((home) => readLine(join(home, backPointer)) === dataDir);
}

/** Deletes a home; of a folder that the caller named, only what is known to be ours. */
export function removeHome(home: string, dataDir: string): void {
  const ours =
    /^(?:cluster|password|port|leases|server\.log(?:\.1)?|init-.+|binaries-.+|cluster-is-in|lock\..+)$/;
  for (const name of readdirSync(home)) {
    if (home !== dataDir || ours.test(name)) {
      rmSync(join(home, name), { recursive: true, force: true, maxRetries: 5 });
    }
  }
  if (home === dataDir) return;
  rmSync(home, { recursive: true, force: true });
  if (readLine(join(dataDir, pointer)) === home) rmSync(join(dataDir, pointer));
}

/** One spelling for a folder, however the caller names it. */
export function canonical(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : resolve(folder);
}

function pointedHome(dataDir: string): string | undefined {
  const home = readLine(join(dataDir, pointer));
  if (home === undefined || !existsSync(home)) return undefined;
  if (!isOurs(home)) {
    throw new EmbeddedPostgresError(
      `${join(dataDir, pointer)} names ${home}, which is not a folder that this user made for it. Delete the file to start afresh.`,
    );
  }
  const owner = readLine(join(home, backPointer));
  if (owner === dataDir) return home;
  // A copied folder must not share the original's database; a moved one keeps it.
  if (owner && readLine(join(owner, pointer)) === home) return undefined;
  writeFileSync(join(home, backPointer), `${dataDir}\n`);
  return home;
}

/** Everybody may write to /var/tmp, so only what nobody else could have made counts. */
function isOurs(home: string): boolean {
  const stat = lstatSync(home, { throwIfNoEntry: false });
  return (
    home.startsWith(join(sharedFolder, sharedPrefix)) &&
    resolve(home) === home &&
    stat !== undefined &&
    stat.isDirectory() &&
    stat.uid === process.geteuid?.() &&
    (stat.mode & 0o022) === 0
  );
}

function makeSharedHome(dataDir: string): string {
  // A name that cannot be guessed, so that nobody can take it before us.
  const home = mkdtempSync(join(sharedFolder, sharedPrefix));
  writeFileSync(join(home, backPointer), `${dataDir}\n`, { mode: 0o600 });
  writeFileSync(join(dataDir, pointer), `${home}\n`);
  // Open only now, when it is whole: mkdtemp made it for us alone.
  chmodSync(home, 0o711);
  return home;
}

function readLine(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") {
      return undefined;
    }
    throw error;
  }
}
