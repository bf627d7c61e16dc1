import "reflect-metadata";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { auditPage } from "./docs/audit.page";
import { clientSchemaFile } from "./docs/client-schema.file";
import { configurationPage } from "./docs/configuration.page";
import { envExampleFile } from "./docs/env-example.file";
import { errorsPage } from "./docs/errors.page";
import { kubernetesFile } from "./docs/kubernetes.file";
import { llmsFile } from "./docs/llms.file";
import { openApiFile } from "./docs/open-api.file";
import { projectRoot } from "./docs/project";
import { seamsPage } from "./docs/seams.page";

/**
 * Generates the documentation from the code.
 *
 * @returns the contents by path, relative to the project's folder
 */
export async function generateDocs(): Promise<Map<string, string>> {
  const openApi = await openApiFile();
  const files = new Map([
    ["docs/configuration.md", await configurationPage()],
    ["docs/audit.md", await auditPage()],
    ["docs/errors.md", await errorsPage()],
    ["docs/seams.md", await seamsPage()],
    ["docs/openapi.json", openApi],
    ["src/client/api-schema.ts", await clientSchemaFile(openApi)],
    [".env.example", envExampleFile()],
    ["deploy/kubernetes/nest-google-auth.yaml", kubernetesFile()],
  ]);
  return files.set("docs/llms.txt", llmsFile(files));
}

/**
 * Finds files that are not up to date with the code.
 *
 * @param docs the result of generateDocs
 * @returns paths relative to the project's folder
 */
export async function staleFiles(
  docs: ReadonlyMap<string, string>,
): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, content] of docs) {
    const present = await readFile(join(projectRoot, path), "utf8").catch(
      () => undefined,
    );
    if (present !== content) stale.push(path);
  }
  return stale;
}

/** Writes stale files; with --check, only lists them and fails. */
async function main(args: readonly string[]): Promise<void> {
  const unknown = args.filter((argument) => argument !== "--check");
  if (unknown.length > 0) {
    throw new Error(
      `Unknown argument ${unknown.join(" ")}; the only option is --check.`,
    );
  }
  const docs = await generateDocs();
  const stale = await staleFiles(docs);
  if (args.includes("--check")) {
    for (const path of stale) console.error(`✖ ${path} is stale`);
    if (stale.length > 0) {
      console.error("Run: npm run docs");
      process.exitCode = 1;
    }
    return;
  }
  for (const path of stale) {
    const file = join(projectRoot, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, docs.get(path) ?? "");
    console.log(`✔ ${path}`);
  }
  if (stale.length === 0) console.log("Everything is up to date.");
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
