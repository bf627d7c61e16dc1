import { mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
} from "@microsoft/api-extractor";

const root = resolve(__dirname, "../..");
const manifest = join(root, "package.json");
/** The folder of the committed reports. */
const reportFolder = join(root, "docs/api");

/** The types are shared by both module formats, or separate. */
interface Entry {
  readonly types?: string;
  readonly require?: { readonly types?: string };
}

/** The entry points in package.json that have types, as name and file. */
export function entryPoints(): [string, string][] {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { exports } = require(manifest) as {
    exports: Record<string, string | Entry>;
  };
  return Object.entries(exports).flatMap(([name, entry]) => {
    if (typeof entry === "string") return [];
    const types = entry.types ?? entry.require?.types;
    return types === undefined ? [] : [[name, types] as [string, string]];
  });
}

/**
 * Compares the exports of each entry point of the built package with the
 * committed report, or writes the reports.
 *
 * @returns the entry points whose report differs
 */
export function staleReports({ write }: { write: boolean }): string[] {
  mkdirSync(reportFolder, { recursive: true });
  return entryPoints()
    .filter(([name, types]) => {
      const reportFileName =
        name === "." ? "main" : name.slice(2).replaceAll("/", "-");
      const config = ExtractorConfig.prepare({
        configObjectFullPath: join(root, "api-extractor.json"),
        packageJsonFullPath: manifest,
        configObject: {
          projectFolder: root,
          mainEntryPointFilePath: join(root, types),
          compiler: {
            overrideTsconfig: {
              compilerOptions: {
                module: "node16",
                moduleResolution: "node16",
                target: "es2023",
                skipLibCheck: true,
                types: ["node"],
              },
              files: [join(root, types)],
            },
          },
          apiReport: {
            enabled: true,
            reportFileName,
            reportFolder,
            reportTempFolder: join(root, "node_modules/.cache/api-reports"),
            includeForgottenExports: false,
          },
          docModel: { enabled: false },
          dtsRollup: { enabled: false },
          tsdocMetadata: { enabled: false },
          newlineKind: "lf",
          messages: {
            compilerMessageReporting: {
              default: { logLevel: "none" as ExtractorLogLevel },
            },
            extractorMessageReporting: {
              default: { logLevel: "none" as ExtractorLogLevel },
            },
            tsdocMessageReporting: {
              default: { logLevel: "none" as ExtractorLogLevel },
            },
          },
        },
      });
      const { apiReportChanged } = Extractor.invoke(config, {
        localBuild: write,
        messageCallback: (message) => {
          message.handled = true;
        },
      });
      return apiReportChanged;
    })
    .map(([name]) => name);
}

if (require.main === module) {
  const changed = staleReports({ write: true });
  const names = readdirSync(reportFolder).join(", ");
  console.log(
    `${names}: ${changed.length > 0 ? `${changed.join(", ")} changed` : "unchanged"}`,
  );
}
