import { csvRecords } from "./csv-file";
import type { ImportSource, SourceTables } from "./import-source";
import { importSources, type ImportSourceName } from "./import-sources";
import { linesOf, listMembers } from "./json-file";
import { SourceRecord } from "./source-record";
import { beginningOf, ImportFileError } from "./text-file";
import type { ImportRecord } from "./import-record";

/** How much of a file is read to find out its form, in characters. */
const beginningLength = 64 * 1024;

/**
 * The records of an export, read in pieces. JSON files are a list of users, an
 * object with such a list, or one user per line.
 *
 * @throws ImportFileError for a file that cannot be read, does not have the
 *   form, or has no records
 */
export async function* recordsIn(
  path: string,
  source: ImportSourceName,
): AsyncGenerator<ImportRecord> {
  const { tables }: ImportSource = importSources[source];
  let isEmpty = true;
  for await (const record of tables
    ? jsonRecords(path, tables)
    : csvRecords(path)) {
    isEmpty = false;
    yield record;
  }
  if (isEmpty) {
    throw new ImportFileError(
      `${path} has no users in the form of ${source}; see docs/migrating.`,
    );
  }
}

async function* jsonRecords(
  path: string,
  tables: SourceTables,
): AsyncGenerator<ImportRecord> {
  const beginning = (await beginningOf(path, beginningLength)).trimStart();
  if (beginning.startsWith("[")) {
    yield* numbered(listMembers(path, undefined));
  } else if (isObjectWithList(beginning, tables.users)) {
    yield* joined(path, tables);
  } else {
    yield* fromLines(path);
  }
}

/** Otherwise the first line is a user, whose members may be lists, too. */
function isObjectWithList(beginning: string, users: string): boolean {
  const [line = ""] = beginning.split("\n", 1);
  const first = parsed(line);
  if (first === undefined) return beginning.startsWith("{");
  return isObject(first) && Array.isArray(SourceRecord.of(first).get(users));
}

async function* fromLines(path: string): AsyncGenerator<ImportRecord> {
  let number = 0;
  for await (const line of linesOf(path)) {
    number += 1;
    if (line.trim() === "") continue;
    const place = `line ${number}`;
    const value = parsed(line);
    if (value === undefined) yield { place, fault: "it is not JSON" };
    else yield { place, value };
  }
}

async function* numbered(
  members: AsyncIterable<{ readonly value: unknown }>,
): AsyncGenerator<ImportRecord> {
  let number = 0;
  for await (const { value } of members) {
    number += 1;
    yield { place: `user ${number}`, value };
  }
}

/** The users of a file, each with its accounts. */
async function* joined(
  path: string,
  { users, accounts }: SourceTables,
): AsyncGenerator<ImportRecord> {
  const lists = accounts ? [users, accounts.table] : [users];
  const ofUsers = new Map<string, unknown[]>();
  if (accounts) {
    // First, because they may come after the users.
    for await (const { list, value } of listMembers(path, lists)) {
      if (list === users || !isObject(value)) continue;
      const owner = keyOf(accounts.ownerOf(SourceRecord.of(value)));
      if (owner === undefined) continue;
      ofUsers.set(owner, [...(ofUsers.get(owner) ?? []), value]);
    }
  }
  async function* withAccounts() {
    for await (const { list, value } of listMembers(path, lists)) {
      if (list !== users) continue;
      const own =
        isObject(value) &&
        ofUsers.get(keyOf(SourceRecord.of(value).get("id")) ?? "");
      yield own && accounts
        ? { value: { ...value, [accounts.table]: own } }
        : { value };
    }
  }
  yield* numbered(withAccounts());
}

function keyOf(id: unknown): string | undefined {
  return typeof id === "string" || typeof id === "number"
    ? String(id)
    : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Undefined if the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
