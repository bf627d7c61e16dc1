import { type Command, InvalidArgumentError } from "commander";

/** The exit status of invalid usage. */
const usageStatus = 2;

/**
 * Makes a command, and the subcommands added to it later, exit with 2 on bad
 * usage, so that scripts can tell it from a refusal (1). `--help` exits with 0.
 */
export function withUsageStatus(command: Command): Command {
  return command
    .showHelpAfterError()
    .exitOverride(({ exitCode }) =>
      process.exit(exitCode === 0 ? 0 : usageStatus),
    );
}

/** Ends the program as on any invalid usage. @param fault what is wrong */
export function refuseUsage(command: Command, fault: string): never {
  command.error(`error: ${fault}`, { exitCode: usageStatus });
}

/** Reads a number of seconds from 1 to 120. */
export function seconds(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 120) return value;
  throw new InvalidArgumentError("It must be a whole number from 1 to 120.");
}
