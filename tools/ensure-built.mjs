/**
 * Builds dist if a source file is newer than the last build, and installs the
 * dependencies for it. Does nothing in an installed package without sources.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "dist/.built");
const inputs = [
  "src",
  "ui",
  "tools/build-client.mjs",
  "tools/build-ui.mjs",
  "tsconfig.json",
  "tsconfig.build.json",
  "nest-cli.json",
  "package-lock.json",
];

function modifiedAt(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  // The folder's own time changes when files are deleted.
  return Math.max(
    stats.mtimeMs,
    ...readdirSync(path).map((name) => modifiedAt(join(path, name))),
  );
}

function isBuilt() {
  if (!existsSync(join(root, "src"))) return true;
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return inputs.every((path) => modifiedAt(join(root, path)) <= built);
}

const hasSources = existsSync(join(root, "src"));
if (hasSources && !(isBuilt() && existsSync(join(root, "node_modules")))) {
  await import("./ensure-installed.mjs");
}
if (!isBuilt()) {
  console.error("Building…");
  const startedAt = new Date();
  for (const command of [
    ["node_modules/@nestjs/cli/bin/nest.js", "build"],
    ["tools/build-ui.mjs"],
    ["tools/build-client.mjs"],
  ]) {
    const { status } = spawnSync(process.execPath, command, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (status !== 0) process.exit(status ?? 1);
  }
  writeFileSync(stamp, `${startedAt.toISOString()}\n`);
}
