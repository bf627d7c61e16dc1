/** Why a folder cannot be written to, by error code. */
const folderTroubles: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the quota of this user is used up",
  EROFS: "it is read-only",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  ENOTDIR: "a file with this name exists",
};

/**
 * Adds advice to an error at startup.
 *
 * @param dataDir where the embedded database and the generated secret are
 *   stored
 * @returns the error itself if there is no advice
 */
export function withAdvice(error: unknown, dataDir: string): unknown {
  const { code, port, message } = Object(error) as {
    code?: unknown;
    port?: unknown;
    message?: unknown;
  };
  if (code === "EADDRINUSE") {
    return new Error(
      `Port ${String(port)} is taken by another program. Set PORT to another one, or to 0 for a free one.`,
      { cause: error },
    );
  }
  // SQLSTATE undefined_table, undefined_column
  if (code === "42P01" || code === "42703") {
    return new Error(
      "The database has not been set up or is not up to date. Run: node dist/cli.js migrate",
      { cause: error },
    );
  }
  // SQLSTATE disk_full, and Postgres's own message during set-up.
  const isFull =
    code === "53100" || /No space left on device/i.test(String(message));
  const name = isFull ? "ENOSPC" : String(code);
  const trouble = folderTroubles[name];
  const needsSpace = name === "ENOSPC" || name === "EDQUOT";
  // The other codes concern files only if there is a path: a port may be
  // forbidden as well.
  if (trouble === undefined || !(needsSpace || isOfAFile(error))) return error;
  const remedy = needsSpace
    ? "Free some space"
    : "Make the folder writable for this user";
  return new Error(
    `Cannot write to ${dataDir}: ${trouble}. ${remedy}, start in another folder, or set DATABASE_URL and SECRET_KEY: then nothing is written there.`,
    { cause: error },
  );
}

function isOfAFile(error: unknown): boolean {
  return typeof (error as { path?: unknown }).path === "string";
}
