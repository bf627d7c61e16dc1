import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { statSync } from "node:fs";
import { EmbeddedPostgresError } from "./embedded-postgres-error";

/** Who the server runs as. */
export interface ServerAccount {
  readonly name: string;
  /** Only when it is somebody other than this process's user. */
  readonly ids?: { readonly uid: number; readonly gid: number };
}

/**
 * Postgres refuses to run as root, so root hands it to a system user that
 * exists already: the owner of the cluster, else `postgres`, else `nobody`.
 * Everybody else runs it as themselves.
 *
 * @param cluster the data directory, which need not exist
 * @throws EmbeddedPostgresError when root finds no such user
 */
export function serverAccount(cluster: string): ServerAccount {
  const uid = process.geteuid?.();
  if (uid !== 0) return { name: `uid ${uid ?? "?"}` };
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) {
    const { uid, gid } = owner;
    return { name: `uid ${uid}`, ids: { uid, gid } };
  }
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = [idOf(name, "-u"), idOf(name, "-g")];
    if (uid && gid) return { name, ids: { uid, gid } };
  }
  throw new EmbeddedPostgresError(
    "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as. Run this as an ordinary user, or set DATABASE_URL.",
  );
}

/**
 * Whether the server's account gets to a folder: one directory on the way that
 * is closed to it, such as /root, is enough that it does not.
 *
 * @throws EmbeddedPostgresError when nothing can be run as that account
 */
export function canReach(account: ServerAccount, folder: string): boolean {
  if (!account.ids) return true;
  // Asked of the system, which knows about ACLs and mounts what modes do not tell.
  const { status, error } = runAs(account, "/bin/sh", [
    "-c",
    'cd "$0" 2>/dev/null',
    folder,
  ]);
  if (error) {
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and nothing can be run as ${account.name} here (${error.message}). Run this as an ordinary user, or set DATABASE_URL.`,
      { cause: error },
    );
  }
  return status === 0;
}

/** Runs a short command as the server's account, or as ourselves. */
export function runAs(
  account: ServerAccount | undefined,
  command: string,
  args: readonly string[],
): SpawnSyncReturns<string> {
  return spawnSync(command, args, {
    ...account?.ids,
    // The directory we are in may be closed to the account.
    cwd: "/",
    encoding: "utf8",
    env: serverEnvironment(),
  });
}

/** This process's environment without what would change Postgres's mind or language. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:PG|LC_|LANG)/.test(name),
  );
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}

function idOf(name: string, flag: "-u" | "-g"): number | undefined {
  const { stdout } = spawnSync("id", [flag, name], { encoding: "utf8" });
  return Number.parseInt(stdout, 10) || undefined;
}
