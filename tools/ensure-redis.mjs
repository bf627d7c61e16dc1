/**
 * Sees to a redis-server for the tests that want one: on Debian, as root, it is
 * installed when it is missing; elsewhere one line says what to do.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const isThere = () =>
  spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;

function apt(...args) {
  const { status } = spawnSync("apt-get", [...args, "-qq"], {
    stdio: ["ignore", "ignore", "inherit"],
    // In single-user mode its package starts no server of its own.
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  });
  return status === 0;
}

if (!isThere()) {
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    console.error("Installing redis-server…");
    const install = ["install", "-y", "--no-install-recommends"];
    // The lists of packages may be missing, or too old.
    if (!apt(...install, "redis-server")) {
      apt("update");
      apt(...install, "redis-server");
    }
  }
  if (!isThere()) {
    console.error("The Redis tests need redis-server on the PATH; install it.");
    process.exit(1);
  }
}
