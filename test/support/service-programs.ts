import { spawnSync } from "node:child_process";

/**
 * `describe` for what needs a program that not every system has; skips with a
 * message where it is missing. `npm run test:services` installs it on Debian.
 */
export function describeWith(program: string): typeof describe {
  const { status } = spawnSync(program, ["--version"], { stdio: "ignore" });
  if (status === 0) return describe;
  console.warn(`SKIPPED: ${program} is not on the PATH; install it.`);
  return describe.skip;
}
