import { spawnSync } from "node:child_process";

/**
 * `describe` for tests that need an optional program. It skips them with a
 * message if the program is missing. `npm run test:services` installs it on
 * Debian.
 */
export function describeWith(program: string): typeof describe {
  const { status } = spawnSync(program, ["--version"], { stdio: "ignore" });
  if (status === 0) return describe;
  console.warn(`SKIPPED: ${program} is not on the PATH; install it.`);
  return describe.skip;
}
