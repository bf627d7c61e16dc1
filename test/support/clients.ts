import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Runs a program of test/clients, in which a third-party library uses the
 * service. These libraries are ES modules, which jest cannot load.
 *
 * @param name of the file, without its extension
 * @param order the program's input
 * @returns the program's output
 */
export async function runClient<Report>(
  name: string,
  order: Readonly<Record<string, unknown>>,
): Promise<Report> {
  const program = resolve(__dirname, "../clients", `${name}.mjs`);
  const { stdout } = await run(
    process.execPath,
    [program, JSON.stringify(order)],
    { timeout: 90_000 },
  );
  return JSON.parse(stdout) as Report;
}
