import { randomBytes } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { clusterFolder, type ClusterHome } from "./cluster-home";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import { unusableHint } from "./postgres-binaries";
import { runAs } from "./server-account";

/** The superuser, which every connection uses. */
export const superuser = "postgres";

/** Begins the name of a folder in which `initdb` is at work. */
const draftPrefix = "init-";

/** Whether a home has a complete cluster. */
export function hasCluster(home: string): boolean {
  return existsSync(join(clusterFolder(home), "PG_VERSION"));
}

/** The superuser's password. */
export function readPassword(home: string): string {
  const file = join(home, "password");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  throw new EmbeddedPostgresError(
    `The database's password is missing: ${file}. Start over with --reset, or delete ${home}.`,
  );
}

/**
 * Makes an empty cluster, completely or not at all: `initdb` works in a draft
 * folder, and the draft of an interrupted one is deleted. Call it under the lock.
 *
 * @param binaries the folder of `initdb`
 * @param durable false when it may be lost if the machine goes down
 */
export function initCluster(
  home: ClusterHome,
  binaries: string,
  durable: boolean,
): void {
  removeDrafts(home.path);
  const draft = mkdtempSync(join(home.path, draftPrefix));
  const password = randomBytes(24).toString("base64url");
  const passwordCopy = join(draft, "password");
  writeFileSync(passwordCopy, `${password}\n`, { mode: 0o600 });
  if (home.account.ids) {
    const { uid, gid } = home.account.ids;
    for (const path of [draft, passwordCopy]) chownSync(path, uid, gid);
  }
  const cluster = join(draft, "cluster");
  const initdb = join(binaries, "initdb");
  const { error, status, signal, stderr } = runAs(home.account, initdb, [
    `--pgdata=${cluster}`,
    `--username=${superuser}`,
    `--pwfile=${passwordCopy}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Sorts by code point and knows every letter's case, on every system.
    ...["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
    "--no-instructions",
    ...(durable ? [] : ["--no-sync"]),
  ]);
  if (error || status !== 0) {
    rmSync(draft, { recursive: true, force: true });
    const problem = error?.message ?? (stderr.trim() || "no message");
    throw new EmbeddedPostgresError(
      `initdb did not make a database in ${home.path} (status ${signal ?? status ?? "?"}): ${problem}. ${unusableHint}`,
      { cause: error },
    );
  }
  const kept = join(home.path, "password");
  rmSync(kept, { force: true });
  writeFileSync(kept, `${password}\n`, { mode: 0o600 });
  // The last step, because it is the one that makes the cluster exist.
  renameSync(cluster, clusterFolder(home.path));
  rmSync(draft, { recursive: true, force: true });
}

function removeDrafts(home: string): void {
  for (const name of readdirSync(home)) {
    if (!name.startsWith(draftPrefix)) continue;
    try {
      rmSync(join(home, name), { recursive: true, force: true, maxRetries: 2 });
    } catch {
      // An initdb whose parent was killed is still writing; the next start deletes it.
    }
  }
}
