import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(__dirname, "../..");
const run = promisify(execFile);
/** Timeout of an installation over a slow connection, in milliseconds. */
const patience = 600_000;

/** Creates a temporary folder, which is removed when the process exits. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nest-google-auth-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Builds and packs the package, as for publishing.
 *
 * @returns the path of the tarball
 */
export function pack(folder = temporaryFolder()): string {
  execFileSync(process.execPath, [join(root, "tools/ensure-built.mjs")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const answer = execFileSync(
    "npm",
    ["pack", "--ignore-scripts", "--json", "--pack-destination", folder],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const [{ filename }] = JSON.parse(answer) as [{ filename: string }];
  return join(folder, filename);
}

/**
 * Installs packages with npm into a folder, and makes it a project if needed.
 */
export async function install(
  folder: string,
  packages: readonly string[],
  flags: readonly string[] = [],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n', {
      flag: "wx",
    });
  } catch {
    // It is already a project.
  }
  const command = [
    ...["install", "--no-audit", "--no-fund", "--ignore-scripts"],
    ...["--prefer-offline", ...flags, ...packages],
  ];
  await execute(folder, "npm", command, env);
}

/**
 * Runs a program in a folder.
 *
 * @returns its standard output
 * @throws Error with its output, if it fails
 */
export async function execute(
  folder: string,
  program: string,
  parameters: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  try {
    const { stdout } = await run(program, [...parameters], {
      cwd: folder,
      env: { ...process.env, ...env },
      timeout: patience,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as Record<string, string>;
    throw new Error(
      `${program} ${parameters.join(" ")} in ${folder} failed:\n${stdout}${stderr}`,
      { cause: error },
    );
  }
}
