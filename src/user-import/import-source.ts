import type { SourceRecord } from "./source-record";

/** The fields of a user as the export has them; nothing is checked yet. */
export interface SourceFields {
  /** Google's id of the account. */
  readonly subject: unknown;
  /** The user's id in the other system. */
  readonly id?: unknown;
  readonly email?: unknown;
  readonly emailVerified?: unknown;
  readonly name?: unknown;
  readonly givenName?: unknown;
  readonly familyName?: unknown;
  readonly picture?: unknown;
  readonly locale?: unknown;
  readonly createdAt?: unknown;
  readonly lastSignInAt?: unknown;
  readonly deletedAt?: unknown;
  /** Whether the user may not sign in. */
  readonly disabled?: unknown;
  /** When that ends. Without `disabled`, the user is disabled until then. */
  readonly disabledUntil?: unknown;
  readonly roles?: unknown;
  readonly profile?: unknown;
}

/** Where a JSON file has its users. */
export interface SourceTables {
  /** The member of the file with the list of users. */
  readonly users: string;
  /**
   * The list of accounts, if a file may have it beside the users instead of in
   * each user, under the same name.
   */
  readonly accounts?: {
    readonly table: string;
    /** The user's id in an account; undefined if it is not a Google account. */
    readonly ownerOf: (account: SourceRecord) => unknown;
  };
}

/** How the export of another system is read. */
export interface ImportSource {
  /** Undefined for CSV. */
  readonly tables?: SourceTables;
  /**
   * @returns undefined if the user has no Google account
   * @throws RecordFault if the record does not have the form of the export
   */
  readonly fieldsOf: (record: SourceRecord) => SourceFields | undefined;
}

/** Members that a record may have in addition to those of its system. */
export function additions(
  record: SourceRecord,
): Pick<SourceFields, "roles" | "profile"> {
  return { roles: record.get("roles"), profile: record.get("profile") };
}
