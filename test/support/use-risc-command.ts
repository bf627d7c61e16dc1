import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { riscCommand } from "../../src/service/cli/risc.command";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import { securityEventTypes } from "../../src/testing/google/risc.events";
import type { ServiceAccountKey } from "../../src/testing/google/service-account";
import { type Outcome, runCommand } from "./command-run";

/** The events a receiver is registered for by default. */
export const allEvents = Object.values(securityEventTypes);

/** The settings of a service whose receiver Google accepts. */
export const registered = { PUBLIC_URL: "https://app.example" };

/** The words of a command line without quotes. */
export const wordsOf = (args: string) => args.split(" ").filter(Boolean);

/** A folder with the key file of a service account, and its Google. */
class RiscCommandSite {
  cwd!: string;
  google!: GoogleEmulator;
  key!: ServiceAccountKey;
  private keyFile!: string;

  async open(): Promise<void> {
    this.cwd = mkdtempSync(join(tmpdir(), "risc-"));
    this.google = await GoogleEmulator.start({
      authorizedDomains: ["app.example"],
    });
    this.key = await this.google.serviceAccount();
    this.keyFile = this.keyFileOf("key.json", JSON.stringify(this.key));
  }

  async close(): Promise<void> {
    await this.google.stop();
    rmSync(this.cwd, { recursive: true });
  }

  keyFileOf(name: string, text: string, mode = 0o600): string {
    const file = join(this.cwd, name);
    writeFileSync(file, text, { mode });
    return file;
  }

  environment(): Record<string, string> {
    return {
      GOOGLE_RISC_CONFIG_URL: `${this.google.url}/v1beta`,
      GOOGLE_APPLICATION_CREDENTIALS: this.keyFile,
    };
  }

  /** Runs `risc` with these words, in this process. */
  async run(args: string, env: Record<string, string> = {}): Promise<Outcome> {
    const outcome = await runCommand(riscCommand, {
      cwd: this.cwd,
      args: wordsOf(args),
      env: { ...this.environment(), ...env },
    });
    const { stdout, stderr } = outcome;
    // The output must never contain a token or the key.
    expect(stdout + stderr).not.toMatch(/eyJ|BEGIN|\n {4}at /);
    expect(stdout + stderr).not.toContain(this.key.private_key.slice(100, 140));
    return outcome;
  }
}

/**
 * A Google, and a folder with a service account's key file, for each test of the
 * `describe` block that calls this. What it returns can be used in tests.
 */
export function useRiscCommand(): RiscCommandSite {
  const site = new RiscCommandSite();
  beforeEach(() => site.open());
  afterEach(() => site.close());
  return site;
}
