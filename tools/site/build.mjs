/**
 * Builds the documentation as a website into tools/site/dist; with --serve,
 * shows it at http://localhost:4173. VitePress has its own package.json here,
 * and is installed by the first run only: nothing else needs it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

function run(program, args) {
  const { status, error } = spawnSync(program, args, {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}

/** Whether node_modules is what package-lock.json says. */
function isInstalled() {
  const installed = join(folder, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return false;
  const versionOf = (file) =>
    JSON.parse(readFileSync(file, "utf8")).packages["node_modules/vitepress"]
      ?.version;
  return versionOf(installed) === versionOf(join(folder, "package-lock.json"));
}

if (!isInstalled()) {
  console.error("Installing VitePress; this takes about a minute…");
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}
const vitepress = join(folder, "node_modules/vitepress/bin/vitepress.js");
run(process.execPath, [vitepress, "build", "."]);
console.log(`The site is in ${join(folder, "dist")}.`);
if (process.argv.includes("--serve")) {
  run(process.execPath, [vitepress, "serve", "."]);
}
