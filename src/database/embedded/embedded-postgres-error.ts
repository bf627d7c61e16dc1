/**
 * The embedded Postgres cannot be had. The message is for people: it says what
 * is wrong and what to do about it; `cause` has the rest.
 */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
}

/** The `code` of a failed system call, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  // Not `instanceof Error`: under jest, Node's own errors are of another realm.
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}
