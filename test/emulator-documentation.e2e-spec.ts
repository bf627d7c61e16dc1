import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import * as ts from "typescript";
import * as published from "../src/index";
import * as testing from "../src/testing/index";

interface DocumentedTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

const page = readFileSync(resolve(__dirname, "../docs/emulator.md"), "utf8");

describe("docs/emulator.md", () => {
  const tests = documentedTests(page);

  describe("when its examples are run unchanged", () => {
    it("then there is one for each flow", () => {
      expect(tests.length).toBeGreaterThanOrEqual(4);
    });

    it.each(tests.map(({ name, run }) => [name, run] as const))(
      "then this holds: %s",
      async (_, run) => {
        expect.hasAssertions();
        await run();
      },
    );
  });
});

/** The tests that the complete examples of a page define. */
function documentedTests(text: string): DocumentedTest[] {
  const found: DocumentedTest[] = [];
  const define = (name: string, run: () => Promise<void>) =>
    found.push({ name, run });
  const require = createRequire(__filename);
  const ours: Readonly<Record<string, unknown>> = {
    "nest-google-auth": published,
    "nest-google-auth/testing": testing,
  };
  const load = (name: string): unknown => ours[name] ?? require(name);
  for (const [, code = ""] of text.matchAll(
    /^```ts complete\n([\s\S]*?)^```/gm,
  )) {
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2023,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
      },
    });
    // The code is from our own page, and there is no file to import.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const run = new Function("exports", "require", "test", outputText) as (
      exports: object,
      load: (name: string) => unknown,
      test: typeof define,
    ) => void;
    run({}, load, define);
  }
  return found;
}
