import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./project";

/** The folders with pages, from docs. */
const folders = ["", "migrating"];
/** Pages about working on the project itself. */
const forContributors = [
  ...["architecture.md", "mutation-testing.md", "testing-this-project.md"],
];

/**
 * docs/llms.txt: the list of pages for programs that read, one line each.
 *
 * @param generated pages that `npm run docs` writes, by path
 * @see https://llmstxt.org
 */
export function llmsFile(generated: ReadonlyMap<string, string>): string {
  const { name, description } = JSON.parse(
    readFileSync(join(projectRoot, "package.json"), "utf8"),
  ) as { name: string; description: string };
  const lines = (wanted: boolean) =>
    documentationPages()
      .filter((page) => forContributors.includes(page) === wanted)
      .map((page) => lineOf(page, generated));
  return [
    `# ${name}\n`,
    `> ${description}\n`,
    "## Documentation\n",
    ...lines(false),
    "\n## Optional\n",
    ...lines(true),
    "",
  ].join("\n");
}

/** All pages, from docs. */
export function documentationPages(): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(projectRoot, "docs", folder))
      .filter((file) => file.endsWith(".md"))
      .sort()
      .map((file) => join(folder, file)),
  );
}

function lineOf(page: string, generated: ReadonlyMap<string, string>): string {
  const path = `docs/${page}`;
  const text =
    generated.get(path) ?? readFileSync(join(projectRoot, path), "utf8");
  const [, title = page] = /^# (.+)$/m.exec(text) ?? [];
  const summary = firstSentenceOf(text);
  return `- [${title}](${page})${summary && `: ${summary}`}`;
}

/** The first sentence of the first paragraph; empty without a paragraph. */
function firstSentenceOf(text: string): string {
  const prose = text
    .replace(/^```[\s\S]*?^```/gm, "")
    .split(/\n{2,}/)
    .find((block) => /^[A-Z`[]/.test(block) && !block.includes("|"));
  const line = (prose ?? "")
    .replace(/\s*\n\s*/g, " ")
    .replace(/\[([^\]]+)\]\([^)]+\)/g, "$1");
  return /^.*?[.:](?= |$)/.exec(line)?.[0].replace(/:$/, ".") ?? "";
}
