import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as estreePlugin from "prettier/plugins/estree";
import * as typescriptPlugin from "prettier/plugins/typescript";
import { format } from "prettier/standalone";
import { projectRoot } from "./project";

const program = join(projectRoot, "node_modules/openapi-typescript/bin/cli.js");

/**
 * src/client/api-schema.ts: the types of what is sent and answered; the client
 * has no use for those of each operation, which are many times as much. By a
 * process of its own, for openapi-typescript is an ES module, which jest cannot
 * load.
 *
 * @param openApi docs/openapi.json
 */
export async function clientSchemaFile(openApi: string): Promise<string> {
  const child = spawn(process.execPath, [program, "--immutable"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { components, ...document } = JSON.parse(openApi) as {
    components: { schemas: object };
  };
  const { schemas } = components;
  child.stdin.end(
    JSON.stringify({ ...document, paths: {}, components: { schemas } }),
  );
  const [types, [status]] = await Promise.all([
    text(child.stdout),
    once(child, "close") as Promise<[number | null]>,
  ]);
  if (status !== 0) throw new Error(`openapi-typescript ended with ${status}`);
  return format(types, {
    parser: "typescript",
    plugins: [typescriptPlugin, estreePlugin],
  });
}
