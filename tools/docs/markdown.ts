import * as markdownPlugin from "prettier/plugins/markdown";
import { format } from "prettier/standalone";

/** A table; a `|` in a cell is escaped, a line break becomes a blank. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ")).join(" | ")} |`;
  return [
    line(headings),
    line(headings.map(() => "---")),
    ...rows.map(line),
  ].join("\n");
}

/** The paragraphs of a page, laid out as `npm run format` would. */
export function page(paragraphs: readonly string[]): Promise<string> {
  return format(paragraphs.join("\n\n"), {
    parser: "markdown",
    plugins: [markdownPlugin],
  });
}
