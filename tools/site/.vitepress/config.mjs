import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { outsideLinks } from "../outside-links.mjs";
import { sectionsOf } from "../map.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const docs = join(root, "docs");
const { name, description, repository } = JSON.parse(
  await readFile(join(root, "package.json"), "utf8"),
);
const sourceUrl = repository.url.replace(/^git\+|\.git$/g, "");
const map = await readFile(join(docs, "README.md"), "utf8");

/** A Vite plugin: Vue is resolved as from this file, whoever imports it. */
function vueFrom(file) {
  return {
    name: "vue-from",
    enforce: "pre",
    resolveId(id) {
      if (!/^vue(?:\/|$)/.test(id)) return undefined;
      return this.resolve(id, file, { skipSelf: true });
    },
  };
}

export default defineConfig({
  title: name,
  description,
  lang: "en",
  srcDir: docs,
  // Reports of exports, for reviews of changes.
  srcExclude: ["api/**"],
  outDir: fileURLToPath(new URL("../dist", import.meta.url)),
  rewrites: {
    "README.md": "index.md",
    "migrating/README.md": "migrating/index.md",
  },
  head: [["link", { rel: "icon", href: "data:," }]],
  ignoreDeadLinks: false,
  markdown: {
    languageAlias: { actionscript: "javascript" },
    // The same anchors as on GitHub, which test/documentation.e2e-spec.ts checks.
    anchor: {
      slugify: (heading) =>
        heading
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, "")
          .replace(/\s/g, "-"),
    },
    config: (markdown) => markdown.use(outsideLinks, { docs, root, sourceUrl }),
  },
  // The pages are outside the folder that has Vue.
  vite: { plugins: [vueFrom(fileURLToPath(import.meta.url))] },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [{ text: "Source", link: sourceUrl }],
    sidebar: sectionsOf(map),
  },
  /** For programs that read: the pages as they are written, and their list. */
  async buildEnd({ outDir, pages, rewrites }) {
    for (const page of pages) {
      const source = rewrites.inv[page] ?? page;
      await mkdir(dirname(join(outDir, source)), { recursive: true });
      await copyFile(join(docs, source), join(outDir, source));
    }
    await copyFile(join(docs, "llms.txt"), join(outDir, "llms.txt"));
  },
});
