import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
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
import { executable } from "./bundled-binaries";
import { clusterFolder, type ClusterHome } from "./cluster-home";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import type { PostgresBinaries } from "./postgres-binaries";
import { serverEnvironment } from "./server-account";

/** The superuser, and the name everything connects by. */
export const superuser = "postgres";

/** Begins the name of a folder in which `initdb` is at work. */
const draftPrefix = "init-";

/** Whether a home has a cluster, and a whole one. */
export function hasCluster(home: string): boolean {
  return existsSync(join(clusterFolder(home), "PG_VERSION"));
}

/** The superuser's password. */
export function readPassword(home: string): string {
  const file = join(home, "password");
  if (!existsSync(file)) {
    throw new EmbeddedPostgresError(
      `The database's password is missing: ${file}. Start afresh with --reset, or delete ${home}.`,
    );
  }
  return readFileSync(file, "utf8").trim();
}

/**
 * Checks that the programs can read the cluster: each major version of
 * PostgreSQL has a format of its own.
 *
 * @throws EmbeddedPostgresError
 */
export function assertSameMajor(home: string, major: number): void {
  const file = join(clusterFolder(home), "PG_VERSION");
  const found = readFileSync(file, "utf8").trim();
  if (found === String(major)) return;
  throw new EmbeddedPostgresError(
    `The database in ${home} was made by PostgreSQL ${found}, and this is PostgreSQL ${major}. Start afresh with --reset (or delete ${home}), or set DATABASE_URL.`,
  );
}

/**
 * Makes an empty cluster, whole or not at all: `initdb` works beside the place,
 * and what an interrupted one left is deleted. To be called under the lock.
 *
 * @param durable false when it may be lost if the machine goes down
 */
export async function initCluster(
  home: ClusterHome,
  binaries: PostgresBinaries,
  durable: boolean,
): Promise<void> {
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
  await runInitdb(home, binaries, [
    `--pgdata=${cluster}`,
    `--username=${superuser}`,
    `--pwfile=${passwordCopy}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    ...localeArguments(binaries.major),
    "--no-instructions",
    ...(durable ? [] : ["--no-sync"]),
  ]);
  const kept = join(home.path, "password");
  rmSync(kept, { force: true });
  writeFileSync(kept, `${password}\n`, { mode: 0o600 });
  chmodSync(kept, 0o600);
  // The last step, because it is what makes a cluster be there.
  renameSync(cluster, clusterFolder(home.path));
  rmSync(draft, { recursive: true, force: true });
}

function removeDrafts(home: string): void {
  for (const name of readdirSync(home)) {
    if (!name.startsWith(draftPrefix)) continue;
    try {
      rmSync(join(home, name), { recursive: true, force: true, maxRetries: 2 });
    } catch {
      // An initdb whose parent was killed is still writing; the next start gets it.
    }
  }
}

/** Sorts by code point and knows every letter's case, on every system, where possible. */
function localeArguments(major: number): string[] {
  return major >= 17
    ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    : ["--locale=C"];
}

async function runInitdb(
  home: ClusterHome,
  binaries: PostgresBinaries,
  args: readonly string[],
): Promise<void> {
  const child = spawn(executable(binaries.folder, "initdb"), args, {
    ...home.account.ids,
    cwd: "/",
    env: serverEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (chunk) => (complaint += String(chunk)));
  const end = await new Promise<string | number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
  if (end !== 0) {
    throw new EmbeddedPostgresError(
      `initdb ended with ${end ?? "?"} in ${home.path}: ${complaint.trim() || "no message"}`,
    );
  }
}
