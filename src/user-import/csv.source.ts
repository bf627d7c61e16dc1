import type { ImportSource } from "./import-source";
import { RecordFault, type SourceRecord } from "./source-record";

/** The columns of a CSV file; all but `sub` may be absent, or empty in a row. */
export const csvColumns = [
  ...["sub", "email", "email_verified", "name", "given_name", "family_name"],
  ...["picture", "locale", "id", "created_at", "last_sign_in_at"],
  ...["disabled", "roles", "profile"],
] as const;

/** A table of your own, exported as CSV. */
export const csv: ImportSource = {
  fieldsOf(row) {
    const subject = textIn(row, "sub");
    if (subject === undefined) return undefined;
    return {
      subject,
      id: textIn(row, "id"),
      email: textIn(row, "email"),
      emailVerified: textIn(row, "email_verified"),
      name: textIn(row, "name"),
      givenName: textIn(row, "given_name"),
      familyName: textIn(row, "family_name"),
      picture: textIn(row, "picture"),
      locale: textIn(row, "locale"),
      createdAt: textIn(row, "created_at"),
      lastSignInAt: textIn(row, "last_sign_in_at"),
      disabled: textIn(row, "disabled"),
      roles: textIn(row, "roles")?.trim().split(/\s+/),
      profile: jsonIn(row, "profile"),
    };
  },
};

function textIn(
  row: SourceRecord,
  column: (typeof csvColumns)[number],
): string | undefined {
  const value = row.get(column);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function jsonIn(row: SourceRecord, column: "profile"): unknown {
  const text = textIn(row, column);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new RecordFault(`${column} is not JSON`);
  }
}
