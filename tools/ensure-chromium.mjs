/**
 * Ensures that Chromium is available for the browser tests: as root on Debian,
 * installs it if missing; otherwise prints what to do.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

function apt(...args) {
  const { status } = spawnSync("apt-get", [...args, "-qq"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return status === 0;
}

if (!existsSync(path)) {
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    console.error("Installing Chromium…");
    const install = ["install", "-y", "--no-install-recommends"];
    // The package lists may be missing or outdated.
    if (!apt(...install, "chromium")) {
      apt("update");
      apt(...install, "chromium");
    }
  }
  if (!existsSync(path)) {
    console.error(
      `The browser tests need Chromium at ${path}: install it, or set CHROMIUM_PATH.`,
    );
    process.exit(1);
  }
}
