import { Readable } from "node:stream";
import type { CsvError } from "csv-parse";
import { csvColumns } from "./csv.source";
import type { ImportRecord } from "./import-record";
import { ImportFileError, optional, textOf } from "./text-file";

/** Maximum length of a row, in characters. */
const maxRowLength = 1024 * 1024;

interface ReadRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * The rows of a CSV file (RFC 4180, UTF-8), as objects by column.
 *
 * @throws ImportFileError for a file that is not CSV, or has other columns
 */
export async function* csvRecords(path: string): AsyncGenerator<ImportRecord> {
  const { parse } = await optional("csv-parse", import("csv-parse"));
  const parser = parse({
    info: true,
    // Reported by place instead.
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRowLength,
  });
  const source = Readable.from(textOf(path));
  source.once("error", (error) => parser.destroy(error));
  let columns: readonly string[] | undefined;
  try {
    for await (const { record, info } of source.pipe(
      parser,
    ) as AsyncIterable<ReadRow>) {
      if (columns === undefined) columns = checkedColumns(path, record);
      else yield rowOf(record, columns, `line ${info.lines}`);
    }
  } catch (error) {
    throw faultOf(path, error);
  } finally {
    source.destroy();
  }
}

function checkedColumns(
  path: string,
  header: readonly string[],
): readonly string[] {
  const known: readonly string[] = csvColumns;
  const columns = header.map((name) => name.trim());
  const isUsable =
    columns.includes("sub") &&
    columns.every((name) => known.includes(name)) &&
    new Set(columns).size === columns.length;
  if (isUsable) return columns;
  throw new ImportFileError(
    `The first line of ${path} must have names of columns, each once, and sub among them. Possible are: ${known.join(", ")}.`,
  );
}

function rowOf(
  record: readonly string[],
  columns: readonly string[],
  place: string,
): ImportRecord {
  if (record.length !== columns.length) {
    const fault = `it has ${record.length} columns, and the first line ${columns.length}`;
    return { place, fault };
  }
  const entries = columns.map((name, n) => [name, record[n]] as const);
  return { place, value: Object.fromEntries(entries) };
}

function faultOf(path: string, error: unknown): unknown {
  const { code, lines } = error as Partial<CsvError> & { lines?: unknown };
  if (typeof code !== "string" || !code.startsWith("CSV_")) return error;
  return new ImportFileError(
    `${path} is not CSV as in RFC 4180: ${code}, in line ${String(lines)} or before.`,
    { cause: error },
  );
}
