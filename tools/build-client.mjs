// Builds dist/client as ES modules and CommonJS, and checks its size. Built
// separately from the service, which does not depend on browser types.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Maximum gzipped size of what a page loads, in bytes. */
const maxSize = 6 * 1024;

const root = join(import.meta.dirname, "..");
const entries = ["index", "react", "server"];

const options = {
  entryPoints: entries.map((name) => join(root, "src/client", `${name}.ts`)),
  outdir: join(root, "dist/client"),
  bundle: true,
  minify: true,
  platform: "neutral",
  target: "es2022",
  external: ["react"],
  logLevel: "warning",
};
await build({ ...options, format: "esm", outExtension: { ".js": ".mjs" } });
await build({ ...options, format: "cjs" });

execFileSync(
  process.execPath,
  [
    join(root, "node_modules/typescript/bin/tsc"),
    "-p",
    join(root, "src/client/tsconfig.build.json"),
  ],
  { stdio: "inherit" },
);
for (const name of entries) {
  const file = join(root, "dist/client", `${name}.d.mts`);
  writeFileSync(file, `export * from "./${name}.js";\n`);
}

for (const name of entries) {
  const code = readFileSync(join(root, "dist/client", `${name}.mjs`));
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`client/${name}.mjs: ${code.length} bytes, ${size} gzipped`);
  if (name === "index" && size >= maxSize) {
    console.error(`✖ nest-google-auth/client exceeds ${maxSize} bytes gzipped`);
    process.exitCode = 1;
  }
}
