import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

/** Why a file cannot be imported at all; the message says what to do. */
export class ImportFileError extends Error {}

/**
 * The text of a file in pieces, without a byte order mark.
 *
 * @throws ImportFileError if it cannot be read, or is not UTF-8
 */
export async function* textOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    if (!(await stat(path)).isFile()) {
      throw new ImportFileError(`${path} is not a file.`);
    }
    for await (const chunk of createReadStream(path)) {
      yield decoder.decode(chunk as Buffer, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      throw new ImportFileError(
        `${path} is not UTF-8: export it again with that encoding.`,
      );
    }
    if (code === undefined || error instanceof ImportFileError) throw error;
    throw new ImportFileError(`${path} cannot be read: ${code}.`, {
      cause: error,
    });
  }
}

/** The beginning of a file. @param length in UTF-16 code units */
export async function beginningOf(
  path: string,
  length: number,
): Promise<string> {
  let beginning = "";
  for await (const piece of textOf(path)) {
    beginning += piece;
    if (beginning.length >= length) break;
  }
  return beginning.slice(0, length);
}

/**
 * Loads an optional package.
 *
 * @throws ImportFileError naming it if it is not installed
 */
export async function optional<T>(name: string, load: Promise<T>): Promise<T> {
  try {
    return await load;
  } catch (cause) {
    throw new ImportFileError(
      `Reading this file needs the package ${name}: npm install ${name}`,
      { cause },
    );
  }
}
