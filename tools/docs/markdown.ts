import * as markdownPlugin from "prettier/plugins/markdown";
import { format } from "prettier/standalone";

/** A table; in cells, `|` is escaped and line breaks become spaces. */
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

/** The paragraphs of a page, formatted like `npm run format`. */
export function page(paragraphs: readonly string[]): Promise<string> {
  return format(paragraphs.join("\n\n"), {
    parser: "markdown",
    plugins: [markdownPlugin],
  });
}
