import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { statSync } from "node:fs";
import { EmbeddedPostgresError } from "./embedded-postgres-error";

/** The account the server runs as. */
export interface ServerAccount {
  readonly name: string;
  /** Only when it is not the account of this process. */
  readonly ids?: { readonly uid: number; readonly gid: number };
}

/**
 * Postgres refuses to run as root, so root runs it as a system account that
 * already exists: the owner of the cluster, else `postgres`, else `nobody`. Any
 * other user runs it under their own account.
 *
 * @param cluster the data directory, which need not exist
 * @throws EmbeddedPostgresError when root finds no such account
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
    "PostgreSQL does not run as root, and there is no account `postgres` or `nobody` to run it as. Run this as an ordinary user, or set DATABASE_URL.",
  );
}

/**
 * Whether the server's account can enter a folder. One closed directory on the
 * path, such as /root, is enough to prevent it.
 */
export function canEnter(account: ServerAccount, folder: string): boolean {
  if (!account.ids) return true;
  // The system decides: file modes do not show ACLs and mount options.
  return runAs(account, "/bin/sh", ["-c", 'cd "$0"', folder]).status === 0;
}

/** Runs a program as the server's account and waits for its end. */
export function runAs(
  account: ServerAccount,
  program: string,
  args: readonly string[],
): SpawnSyncReturns<string> {
  return spawnSync(program, args, {
    ...account.ids,
    // The account may have no access to the current directory.
    cwd: "/",
    encoding: "utf8",
    env: serverEnvironment(),
  });
}

/** The environment, without the variables that change how Postgres or Node behave. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:PG|LC_|LANG|NODE_)/.test(name),
  );
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}

function idOf(name: string, flag: "-u" | "-g"): number | undefined {
  const { stdout } = spawnSync("id", [flag, name], { encoding: "utf8" });
  return Number.parseInt(stdout, 10) || undefined;
}
