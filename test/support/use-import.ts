import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importCommand } from "../../src/service/cli/import.command";
import { type Outcome, runCommand } from "./command-run";
import { query } from "./rows";
import { useService } from "./use-service";

/** A user as it is stored, with its account. */
export interface StoredUser {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly emailAuthority: string;
  readonly name: string | null;
  readonly picture: string | null;
  readonly roles: readonly string[];
  readonly profile: unknown;
  readonly createdAt: Date;
  readonly lastSignInAt: Date;
}

/** A service with an empty database for each test, and the command `import`. */
export function useImport() {
  const site = useService();
  let cwd: string;

  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), "import-"));
    await query(site.service, "DELETE FROM google_auth.users");
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  /** Runs the command in a folder of its own. */
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    runCommand(importCommand, {
      cwd,
      args,
      env: { DATABASE_URL: site.service.database.url, ...env },
    });

  return Object.assign(site, {
    run,

    /** Imports a file with this content; anything but a text becomes JSON. */
    import(
      from: string,
      content: unknown,
      ...options: readonly string[]
    ): Promise<Outcome> {
      const text =
        typeof content === "string" || Buffer.isBuffer(content)
          ? content
          : JSON.stringify(content);
      writeFileSync(join(cwd, "export"), text);
      return run(["--from", from, "export", ...options]);
    },

    /** All users, by Google's id. */
    async users(): Promise<readonly StoredUser[]> {
      return query<StoredUser>(
        site.service,
        `SELECT users.id, subject, status, email,
          email_verified AS "emailVerified", email_authority AS "emailAuthority",
          name, picture, roles, profile, users.created_at AS "createdAt",
          users.last_sign_in_at AS "lastSignInAt"
        FROM google_auth.users JOIN google_auth.identities ON user_id = users.id
        ORDER BY subject`,
      );
    },
  });
}

/** The counts that the command reports. */
export function countsOf({ stdout }: Outcome) {
  const count = (words: string) =>
    Number(
      new RegExp(`([\\d,]+) ${words}`).exec(stdout)?.[1]?.replace(",", ""),
    );
  return {
    created: count("(?:would be )?created"),
    known: count("known"),
    withoutGoogle: count("without"),
    refused: count("refused"),
  };
}

/** One user per line. */
export function linesOf(users: readonly unknown[]): string {
  return users.map((user) => JSON.stringify(user)).join("\n");
}
