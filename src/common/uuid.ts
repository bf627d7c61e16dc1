import { randomUUID } from "node:crypto";

/** The lower-case form of a UUID, as Postgres and this service write it. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a value has the form of the ids that this service issues. */
export function isUuid(value: unknown): value is string {
  return typeof value === "string" && uuid.test(value);
}

/**
 * A new UUID that begins with the time, so that rows made one after another lie
 * side by side in their index.
 *
 * @param now milliseconds since 1970
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
 */
export function uuidV7(now = Date.now()): string {
  const time = now.toString(16).padStart(12, "0");
  // Everything after the version digit is the same in version 4, and Node
  // takes the random bits of many of them from the system at once.
  const random = randomUUID().slice(15);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random}`;
}
