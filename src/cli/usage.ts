import { type Command, InvalidArgumentError } from "commander";

/** The exit status of a command that was not understood. */
const usageStatus = 2;

/**
 * Lets a command, and those that are added to it from now on, tell bad usage
 * (2) from a refusal (1). Help that was asked for is no bad usage.
 */
export function withUsageStatus(command: Command): Command {
  return command
    .showHelpAfterError()
    .exitOverride(({ exitCode }) =>
      process.exit(exitCode === 0 ? 0 : usageStatus),
    );
}

/** Ends the program as for any bad usage. @param fault what is wrong */
export function refuseUsage(command: Command, fault: string): never {
  command.error(`error: ${fault}`, { exitCode: usageStatus });
}

/** Reads a number of seconds from 1 to 120. */
export function seconds(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 120) return value;
  throw new InvalidArgumentError("It is a whole number from 1 to 120.");
}
