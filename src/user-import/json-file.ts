import { ImportFileError, optional, textOf } from "./text-file";

/** Maximum length of one record, in characters; a megabyte is a lot already. */
const maxRecordLength = 16 * 1024 * 1024;

/** A member of a list in a JSON file. */
export interface ListMember {
  /** The name of the list; undefined if the file is one list. */
  readonly list: string | undefined;
  readonly value: unknown;
}

/**
 * The members of a list, or of the named lists in an object, without loading
 * the whole file.
 *
 * @param lists undefined if the file is one list
 * @throws ImportFileError for a file that is not JSON
 */
export async function* listMembers(
  path: string,
  lists: readonly string[] | undefined,
): AsyncGenerator<ListMember> {
  const { JSONParser } = await optional(
    "@streamparser/json",
    import("@streamparser/json"),
  );
  const parser = new JSONParser({
    paths: lists?.map((list) => `$.${list}.*`) ?? ["$.*"],
    keepStack: false,
  });
  let found: ListMember[] = [];
  parser.onValue = ({ value, stack }) => {
    const list = lists && String(stack[1]?.key);
    found.push({ list, value });
  };
  let count = 0;
  let lengthSinceLast = 0;
  for await (const piece of textOf(path)) {
    try {
      parser.write(piece);
    } catch (cause) {
      throw notJson(path, count + found.length, cause);
    }
    lengthSinceLast = found.length > 0 ? 0 : lengthSinceLast + piece.length;
    if (lengthSinceLast > maxRecordLength) {
      throw new ImportFileError(
        `${path} does not have the form of this export: ${maxRecordLength} characters after record ${count} are not one record.`,
      );
    }
    yield* found;
    count += found.length;
    found = [];
  }
  if (!parser.isEnded) throw notJson(path, count);
}

/**
 * The lines of a file with one JSON text per line.
 *
 * @throws ImportFileError for a line that is too long
 */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of textOf(path)) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > maxRecordLength) {
      throw new ImportFileError(
        `${path} has a line of more than ${maxRecordLength} characters.`,
      );
    }
    yield* lines;
  }
  yield rest;
}

function notJson(path: string, count: number, cause?: unknown) {
  return new ImportFileError(
    `${path} is not valid JSON after record ${count}, or ends too early. Records before that may have been imported; with the corrected file, run the same command again.`,
    { cause },
  );
}
