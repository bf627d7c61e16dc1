/**
 * Installs the dependencies if they are missing or do not match
 * package-lock.json, so that `npm test` and `npm run demo` need no other step.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `This project needs Node 20.19 or newer; this is ${process.version}.`,
  );
  process.exit(1);
}

/** The versions in a lock file, by package path. */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

function isInstalled() {
  const wanted = packagesOf("package-lock.json");
  const present = packagesOf("node_modules/.package-lock.json");
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" ||
      present[path]?.version === version ||
      (optional && !present[path]),
  );
}

if (!isInstalled()) {
  console.error("Installing dependencies; this takes about a minute…");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  const { status, error } = npm
    ? spawnSync(process.execPath, [npm, ...args], {
        cwd: root,
        stdio: "inherit",
      })
    : spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: true });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}
