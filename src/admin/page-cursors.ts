import { AuthError } from "../common/auth-error";
import { isUuid } from "../common/uuid";

const timestamp =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)([+-]\d\d)(?::(\d\d))?$/;

/**
 * The formats that members of a position may have; Postgres can parse every
 * value that matches.
 */
export const cursorForms = {
  id: isUuid,
  /** In Postgres's own format. */
  time: (text: string) => {
    const match = timestamp.exec(text);
    if (!match) return false;
    const [, date, time, hours, minutes = "00"] = match;
    return !Number.isNaN(Date.parse(`${date}T${time}${hours}:${minutes}`));
  },
} as const;

/**
 * The end of a page of a list, as an opaque text that clients send back. A
 * position is not secret, and a made-up one only starts the page elsewhere.
 *
 * @param position the position after which the next page begins
 */
export function writeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/**
 * @param cursor untrusted
 * @param forms the required format of each member of the position
 * @throws AuthError `invalid_request`
 */
export function readCursor(
  cursor: string,
  ...forms: readonly ((member: string) => boolean)[]
): readonly string[] {
  const position = parsed(Buffer.from(cursor, "base64url").toString("utf8"));
  const isPosition =
    Array.isArray(position) &&
    position.length === forms.length &&
    position.every(
      (member, index) => typeof member === "string" && forms[index]?.(member),
    );
  if (isPosition) return position as string[];
  throw new AuthError("invalid_request", {
    errors: [{ field: "cursor", message: "must be a nextCursor of this list" }],
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
