import { join, relative, resolve } from "node:path";
import * as ts from "typescript";

const root = resolve(__dirname, "../..");

/** TypeScript that is not on disk. */
export interface SourceText {
  /** Its path, from which its imports are resolved. */
  readonly file: string;
  readonly code: string;
}

/**
 * Compiles texts as a user of the package would, against the sources.
 *
 * @returns each error, with the file it is in
 */
export function typeErrorsIn(sources: readonly SourceText[]): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, "tsconfig.json"),
    {
      paths: {
        "nest-google-auth": [join(root, "src/index.ts")],
        "nest-google-auth/fastify": [join(root, "src/fastify/index.ts")],
        "nest-google-auth/testing": [join(root, "src/testing/index.ts")],
      },
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  const options = config?.options ?? {};
  const codes = new Map(sources.map(({ file, code }) => [file, code]));
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => codes.has(file) || disk.fileExists(file),
    readFile: (file) => codes.get(file) ?? disk.readFile(file),
    getSourceFile: (file, languageVersion, ...others) => {
      const code = codes.get(file);
      return code === undefined
        ? disk.getSourceFile(file, languageVersion, ...others)
        : ts.createSourceFile(file, code, languageVersion);
    },
  };
  const program = ts.createProgram([...codes.keys()], options, host);
  return [...codes.keys()].flatMap((file) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => {
        const message = ts.flattenDiagnosticMessageText(messageText, "\n");
        return `${relative(root, file)}: ${message}`;
      }),
  );
}
