import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { EmbeddedPostgresError, systemCode } from "./embedded-postgres-error";
import { canEnter, serverAccount, type ServerAccount } from "./server-account";

/*
 * A cluster and everything that belongs to it is in one folder, its home:
 *
 *   cluster/      PostgreSQL's data directory
 *   password      of its superuser
 *   port          it last listened on
 *   leases/       which processes are using the server
 *   lock          held to start, stop and delete
 *   server.log    of this run, and server.log.1 of the one before
 *   binaries-…/   a copy of the programs, where they cannot be used in place
 *
 * The home is the folder that the caller names, with one exception: when root
 * names a folder that no other account can enter, Postgres could not run there.
 * Then the home is below /var/tmp, and the named folder contains `cluster-is-in`.
 */

/** Where a cluster is, and the account that runs it. */
export interface ClusterHome {
  readonly path: string;
  /** The folder that the caller named. */
  readonly dataDir: string;
  readonly account: ServerAccount;
}

const ownNames =
  /^(?:cluster|password|port|leases|server\.log(?:\.1)?|(?:init|binaries)-.+|cluster-is-in|lock\..+)$/;

/** The data directory in a home. */
export function clusterFolder(home: string): string {
  return join(home, "cluster");
}

/** The lock of a home. */
export function lockFile(home: string): string {
  return join(home, "lock");
}

/** Makes the folder that the caller names, with as little access as possible. */
export function makeDataDir(dataDir: string): void {
  if (existsSync(dataDir)) return;
  mkdirSync(dataDir, { recursive: true });
  // The server's account has to get through, but need not list the contents.
  chmodSync(dataDir, process.geteuid?.() === 0 ? 0o711 : 0o700);
}

/**
 * Decides where the cluster of a folder is, and makes that place. Gives the same
 * answer to processes that ask at the same time.
 *
 * @throws EmbeddedPostgresError when the place below /var/tmp is not safe
 */
export function settleHome(
  dataDir: string,
  onProgress?: (message: string) => void,
): ClusterHome {
  const shared = sharedHome(dataDir);
  const isShared = pointsTo(dataDir, shared);
  const cluster = clusterFolder(isShared ? shared : dataDir);
  const account = serverAccount(cluster);
  if (!isShared) {
    if (existsSync(cluster) || canEnter(account, dataDir)) {
      return { path: dataDir, dataDir, account };
    }
    onProgress?.(
      `PostgreSQL does not run as root, and ${account.name} cannot enter ${dataDir}: the database is kept in ${shared}`,
    );
  }
  makeSharedHome(shared);
  return { path: shared, dataDir, account };
}

/**
 * Whether a home below /var/tmp is left over from an earlier folder of the same
 * name, which has been deleted.
 */
export function isLeftOver({ path, dataDir }: ClusterHome): boolean {
  return path !== dataDir && !pointsTo(dataDir, path);
}

/** Notes in the folder that the caller names where its home is. */
export function claimHome({ path, dataDir }: ClusterHome): void {
  if (path !== dataDir) writeFileSync(pointer(dataDir), `${path}\n`);
}

/**
 * The homes that exist for a folder, whether it is using them or not. The folder
 * itself comes last, because it says where the other one is.
 */
export function existingHomes(dataDir: string): string[] {
  const shared = sharedHome(dataDir);
  return [...(isSafe(shared) ? [shared] : []), dataDir].filter(existsSync);
}

/** Deletes our files from a home, and no others. Call it under the lock. */
export function clearHome(home: string): void {
  for (const name of readdirSync(home)) {
    if (!ownNames.test(name)) continue;
    rmSync(join(home, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function sharedHome(dataDir: string): string {
  const digest = createHash("sha256").update(dataDir).digest("hex");
  return `/var/tmp/nest-google-auth-${digest.slice(0, 16)}`;
}

function makeSharedHome(home: string): void {
  if (!existsSync(home)) {
    mkdirSync(home, { recursive: true });
    chmodSync(home, 0o711);
  }
  if (isSafe(home)) return;
  throw new EmbeddedPostgresError(
    `${home} must be a folder that only this user can write to. Delete it, or set DATABASE_URL.`,
  );
}

/** Everybody can write to /var/tmp: only a folder that nobody else can have made is safe. */
function isSafe(home: string): boolean {
  const stat = lstatSync(home, { throwIfNoEntry: false });
  return (
    stat !== undefined &&
    stat.isDirectory() &&
    stat.uid === process.geteuid?.() &&
    (stat.mode & 0o022) === 0
  );
}

function pointer(dataDir: string): string {
  return join(dataDir, "cluster-is-in");
}

function pointsTo(dataDir: string, home: string): boolean {
  try {
    return readFileSync(pointer(dataDir), "utf8").trim() === home;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}
