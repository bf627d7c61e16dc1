import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  InvalidEnvironmentError,
  readEnvironment,
} from "../src/config/read-environment";
import { type SourceText, typeErrorsIn } from "./support/type-errors";
import { documentationPages } from "../tools/docs/llms.file";
import { generateDocs, staleFiles } from "../tools/generate-docs";

const root = resolve(__dirname, "..");
const pages = [
  ...markdownIn("."),
  ...markdownIn("docs"),
  ...markdownIn("docs/decisions"),
  ...markdownIn("deploy"),
  ...markdownIn("docs/migrating"),
];

describe("the documentation", () => {
  it("is up to date where it is generated", async () => {
    const stale = await staleFiles(await generateDocs());
    if (stale.length > 0) {
      throw new Error(`Stale: ${stale.join(", ")}. Run: npm run docs`);
    }
    // A compiler and two generators take long on a busy machine.
  }, 120_000);

  it.each(pages)("has no dead link in %s", (page) => {
    const dead = linksOf(page).filter((link) => !leadsSomewhere(page, link));
    expect(dead).toEqual([]);
  });

  it("has every page in the map, docs/README.md or docs/migrating/README.md", () => {
    const linked = ["docs/README.md", "docs/migrating/README.md"].flatMap(
      (map) =>
        linksOf(map).map((link) =>
          join(dirname(map), link.split("#", 1)[0] ?? ""),
        ),
    );
    const missing = documentationPages()
      .map((page) => join("docs", page))
      .filter((page) => page !== "docs/README.md" && !linked.includes(page));
    expect(missing).toEqual([]);
  });

  it("has examples that type-check", () => {
    const examples = pages.flatMap(completeExamplesOf);
    expect(examples.length).toBeGreaterThan(0);
    expect(typeErrorsIn(examples)).toEqual([]);
  });
});

describe(".env.example", () => {
  const example = parseEnv(readFileSync(join(root, ".env.example"), "utf8"));

  it("starts unchanged in development", () => {
    const madeInDevelopment = {
      DATABASE_URL: "postgresql://localhost/app",
      SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0",
    };
    expect(() =>
      readEnvironment({ ...madeInDevelopment, ...example }),
    ).not.toThrow();
  });

  it("is refused unchanged in production", () => {
    const read = () => readEnvironment({ ...example, NODE_ENV: "production" });
    expect(read).toThrow(InvalidEnvironmentError);
  });
});

/** The pages of a folder, relative to the project's folder. */
function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

function read(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** The targets of a page's links into this project. */
function linksOf(page: string): string[] {
  const prose = read(page).replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? "")
    .filter((target) => !/^[a-z]+:/i.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#", 2);
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

/** The code blocks that are marked "ts complete". */
function completeExamplesOf(page: string): SourceText[] {
  return [...read(page).matchAll(/^```ts complete\n([\s\S]*?)^```/gm)].map(
    ([, code], index) => ({
      file: join(root, `${page}.${index + 1}.ts`),
      code: code ?? "",
    }),
  );
}

function parseEnv(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const separator = line.indexOf("=");
      return [line.slice(0, separator), line.slice(separator + 1)];
    }),
  );
}
