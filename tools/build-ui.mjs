/**
 * Bundles the pages in ui/ into dist/ui, one script per page, and prints their
 * sizes.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = join(root, "dist/ui");

await build({
  absWorkingDir: root,
  entryPoints: [
    ...readdirSync(join(root, "ui"))
      .filter((name) => /\.(?:page\.tsx|css)$/.test(name))
      .map((name) => `ui/${name}`),
    { in: "ui/gsi/gsi-client.ts", out: "gsi-client" },
  ].map((entry) =>
    typeof entry === "string"
      ? { in: entry, out: entry.replace(/^ui\/|(?:\.page)?\.\w+$/g, "") }
      : entry,
  ),
  outdir,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  tsconfigRaw: {},
  logLevel: "warning",
});

for (const name of readdirSync(outdir).sort()) {
  const { length } = gzipSync(readFileSync(join(outdir, name)));
  console.error(
    `  ui/${name.padEnd(16)} ${(length / 1024).toFixed(1)} kB gzipped`,
  );
}
