import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import * as ts from "typescript";
import * as published from "../../src/index";

/**
 * The exports of a complete example in the documentation, run as a user of the
 * package would run it.
 *
 * @param page for example docs/signing-keys.md
 * @param index of the example among the complete ones of its page
 */
export function documentedCode<Exports>(page: string, index = 0): Exports {
  const text = readFileSync(resolve(__dirname, "../..", page), "utf8");
  const [, code] =
    [...text.matchAll(/^```ts complete\n([\s\S]*?)^```/gm)][index] ?? [];
  if (code === undefined) throw new Error(`${page} has no example ${index}`);
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2023,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  });
  const exports = {};
  const require = createRequire(__filename);
  const load = (name: string): unknown =>
    name === "nest-google-auth" ? published : require(name);
  // The code is from our own page, and there is no file to import.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function("exports", "require", outputText) as (
    exports: object,
    load: (name: string) => unknown,
  ) => void;
  run(exports, load);
  return exports as Exports;
}
