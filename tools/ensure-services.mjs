/**
 * Ensures that the programs for tests with other services are installed: as
 * root on Debian, installs missing ones; otherwise prints what to do.
 *
 *     node tools/ensure-services.mjs [program …]
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const wanted = process.argv.slice(2);
const programs = wanted.length > 0 ? wanted : ["redis-server", "pgbouncer"];

const isMissing = (program) =>
  spawnSync(program, [program === "nginx" ? "-v" : "--version"], {
    stdio: "ignore",
  }).status !== 0;

function apt(...args) {
  const options = ["-qq", "-o", "DPkg::Lock::Timeout=120"];
  const { status } = spawnSync("apt-get", [...options, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    // In single-user mode, the packages do not start their servers.
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  });
  return status === 0;
}

const missing = programs.filter(isMissing);
const isDebian = existsSync("/etc/debian_version");
if (missing.length > 0 && isDebian && process.getuid?.() === 0) {
  console.error(`Installing ${missing.join(" and ")}…`);
  const install = ["install", "-y", "--no-install-recommends", ...missing];
  // The package lists may be missing or outdated.
  if (!apt(...install)) {
    apt("update");
    apt(...install);
  }
}
for (const program of programs.filter(isMissing)) {
  console.error(
    `${program} is not on the PATH and cannot be installed here: its tests are SKIPPED. Install it to run them.`,
  );
}
