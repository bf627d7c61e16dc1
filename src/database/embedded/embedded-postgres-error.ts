/**
 * The embedded Postgres cannot be started or stopped. The message says what is
 * wrong and what to do about it; `cause` has the details.
 */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
}

/** The `code` of an error of the system, such as `ENOENT`, or of Postgres. */
export function systemCode(error: unknown): string | undefined {
  // Not `instanceof Error`: under jest, Node's own errors are of another realm.
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

// Node answers ENOENT when it makes nested folders on a read-only file system.
const notWritable = /^(?:EACCES|EPERM|EROFS|ENOENT)$/;
// The last one is Postgres's disk_full.
const diskFull = /^(?:ENOSPC|EDQUOT|53100)$/;

/** Adds what to do to the errors that a user can do something about. */
export function explained(error: unknown, dataDir: string): unknown {
  const code = systemCode(error) ?? "";
  const { message } = error as Error;
  const explanation = notWritable.test(code)
    ? `This user (uid ${process.geteuid?.() ?? "?"}) cannot write to ${dataDir}: ${message}. If the folder belongs to another user, such as root, delete it as that user or change its owner with chown. Or set DATABASE_URL.`
    : diskFull.test(code)
      ? `The disk is full: ${message}. Free some space for ${dataDir}, or set DATABASE_URL.`
      : undefined;
  if (explanation === undefined) return error;
  return new EmbeddedPostgresError(explanation, { cause: error });
}
