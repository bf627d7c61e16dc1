import { Command, Option } from "commander";
import {
  importSources,
  type ImportSourceName,
  type ImportTally,
  recordsIn,
  UserImport,
} from "../../index";
import { clock, withDatabase, withEnvironment } from "./command-database";
import { withUsageStatus } from "./usage";

interface ImportOptions {
  readonly from: ImportSourceName;
  readonly keepIds?: true;
  readonly dryRun?: true;
}

/** The exit status when some users were not imported. */
const incompleteStatus = 3;

/** `import`: taking over the users of another system. */
export function importCommand(): Command {
  return withUsageStatus(new Command("import"))
    .summary("Import users from the export of another system")
    .description(
      "Import users with their Google accounts from the export of another system. Users whose account already exists here are not changed, so the command can be run again.",
    )
    .addOption(
      new Option("--from <system>", "the system that wrote the file")
        .choices(Object.keys(importSources))
        .makeOptionMandatory(),
    )
    .option(
      "--keep-ids",
      "keep the users' ids, which must be UUIDs (default: new ids)",
    )
    .option("--dry-run", "write nothing, and report what would happen")
    .argument("<file>", "the export")
    .addHelpText("after", help)
    .action(run);
}

const help = `
Examples:
  node dist/cli.js import --from firebase users.json --dry-run
  node dist/cli.js import --from supabase users.jsonl --keep-ids 2> refused.txt

How to export: docs/migrating. Refused users are listed on standard error, with
their place in the file and the reason.

Exit status: 0 if every user with a Google account exists here now, 1 on failure,
2 for invalid usage, ${incompleteStatus} if some users were refused or none has a Google account.`;

async function run(file: string, options: ImportOptions): Promise<void> {
  const { from: source, keepIds = false, dryRun = false } = options;
  const line = new ProgressLine(process.stderr);
  const tally = await withEnvironment(
    ["NODE_ENV", "DATABASE_URL", "DATABASE_SSL"],
    (environment) =>
      withDatabase(environment, ({ database, audit }) => {
        const settings = { source, keepIds, dryRun };
        return new UserImport(database, audit, clock, settings)
          .run(recordsIn(file, source), {
            onProgress: (counts) => line.show(counts),
            onRefused: (place, reason) => line.log(`✖ ${place}: ${reason}`),
          })
          .finally(() => line.clear());
      }),
  );
  console.log(report(tally, dryRun));
  const { created, known, refused } = tally;
  if (created + known + refused === 0) {
    console.error(
      `No user has a Google account: is ${file} an export of ${source}?`,
    );
  }
  if (refused > 0 || created + known === 0) process.exitCode = incompleteStatus;
}

function report(tally: ImportTally, dryRun: boolean): string {
  const { created, known, withoutGoogle, refused } = tally;
  const lines = [
    `${number(created)} ${dryRun ? "would be created" : "created"}`,
    `${number(known)} known already, unchanged`,
    `${number(withoutGoogle)} without a Google account, skipped`,
    `${number(refused)} refused`,
  ];
  if (dryRun) lines.push("This was a dry run: nothing was written.");
  return lines.join("\n");
}

function number(count: number): string {
  return count.toLocaleString("en").padStart(10);
}

/** A line at the bottom of a terminal; nothing if there is no terminal. */
class ProgressLine {
  constructor(private readonly stream: NodeJS.WriteStream) {}

  show({ created, known, withoutGoogle, refused }: ImportTally): void {
    if (!this.stream.isTTY) return;
    const count = created + known + withoutGoogle + refused;
    this.stream.write(`\r\u001b[K${count.toLocaleString("en")} users …`);
  }

  clear(): void {
    if (this.stream.isTTY) this.stream.write("\r\u001b[K");
  }

  /** Writes a line above. */
  log(text: string): void {
    this.clear();
    console.error(text);
  }
}
