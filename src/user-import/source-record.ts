/** Why a record cannot be imported; the message contains nothing of it. */
export class RecordFault extends Error {}

/** An object of an export; untrusted. */
export class SourceRecord {
  private constructor(private readonly members: object) {}

  /** @throws RecordFault if it is not an object */
  static of(value: unknown, name = "the record"): SourceRecord {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return new SourceRecord(value);
    }
    throw new RecordFault(`${name} is not an object`);
  }

  /**
   * The first of these members that has a value; undefined for null, so that an
   * export with and one without empty columns are the same.
   */
  get(...names: readonly string[]): unknown {
    for (const name of names) {
      // Own members only: a file may contain __proto__.
      if (!Object.hasOwn(this.members, name)) continue;
      const value = (this.members as Record<string, unknown>)[name];
      if (value !== null && value !== undefined) return value;
    }
    return undefined;
  }

  /**
   * The objects in the first of these members that has a value; empty if none
   * has.
   *
   * @throws RecordFault if it is not a list of objects
   */
  list(...names: readonly string[]): SourceRecord[] {
    const value = this.get(...names) ?? [];
    const name = names[0] ?? "";
    if (!Array.isArray(value)) throw new RecordFault(`${name} is not a list`);
    return value.map((member) =>
      SourceRecord.of(member, `a member of ${name}`),
    );
  }

  /** The only one of these records; undefined without one. */
  static only(records: readonly SourceRecord[]): SourceRecord | undefined {
    if (records.length <= 1) return records[0];
    throw new RecordFault(
      "the user has several Google accounts: leave one in the file; the user can link the others after signing in",
    );
  }
}
