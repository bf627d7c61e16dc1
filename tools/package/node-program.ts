import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { install } from "./packed";

const cache = resolve(__dirname, "../../node_modules/.cache");

/**
 * The program of a major version of Node: this one, or one that is installed
 * from npm, once.
 *
 * @returns its path
 */
export async function nodeProgram(major: string): Promise<string> {
  if (process.version.startsWith(`v${major}.`)) return process.execPath;
  const isWindows = process.platform === "win32";
  const name = `node-${isWindows ? "win" : process.platform}-${process.arch}`;
  const folder = join(cache, `node-${major}`);
  const program = join(
    ...[folder, "node_modules", name],
    isWindows ? "bin/node.exe" : "bin/node",
  );
  if (!existsSync(program)) await install(folder, [`${name}@${major}`]);
  return program;
}

/** The variables with which `node` and `npm` are those of a program. */
export function environmentOf(program: string): Record<string, string> {
  const separator = process.platform === "win32" ? ";" : ":";
  const path = [dirname(program), process.env.PATH ?? ""].join(separator);
  return { PATH: path };
}
