import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "./embedded-postgres-error";

/**
 * What a running server tells about itself in its data directory.
 * @see https://www.postgresql.org/docs/current/storage-file-layout.html
 */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** `starting` until it takes connections, `stopping` from the signal on. */
  readonly status: "starting" | "ready" | "stopping";
}

/** Reads it; `undefined` when there is none, or none that is whole yet. */
export function readPostmasterFile(
  cluster: string,
): PostmasterFile | undefined {
  const lines = readLines(cluster);
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!pid || !port) return undefined;
  const status = lines[7]?.trim();
  return {
    pid,
    port,
    status: status === "ready" || status === "stopping" ? status : "starting",
  };
}

/**
 * Takes the process number out of the file of a server that is dead, because
 * another process may have the number and Postgres would take it for the server.
 * The file itself has to stay: by the shared memory it names, Postgres knows
 * whether children of the dead server are still writing.
 */
export function disownPostmasterFile(cluster: string): void {
  const [, ...rest] = readLines(cluster);
  // Above what any system gives to a process.
  const nobody = 2 ** 31 - 1;
  writeFileSync(file(cluster), [nobody, ...rest].join("\n"));
}

function readLines(cluster: string): string[] {
  try {
    return readFileSync(file(cluster), "utf8").split("\n");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

function file(cluster: string): string {
  return join(cluster, "postmaster.pid");
}
