import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedPostgres } from "../database/embedded-postgres";
import { readEnvironment } from "./read-environment";

type Source = Readonly<Record<string, string | undefined>>;

export interface DevelopmentDefaultsOptions {
  /** Where the database and the secret are kept between starts. */
  readonly dataDir: string;
  /** Called with a message when something takes long. */
  readonly onProgress?: (message: string) => void;
}

export interface DevelopmentDefaults {
  /** The environment, with defaults for what was missing. */
  readonly source: Source;
  /** The database we started or joined; absent when DATABASE_URL names one. */
  readonly database: EmbeddedPostgres | undefined;
}

/**
 * Checks an environment without starting anything. Variables that have
 * development defaults may be absent.
 *
 * @throws InvalidEnvironmentError
 */
export function checkEnvironment(source: Source): void {
  readEnvironment(
    isProduction(source)
      ? source
      : {
          ...source,
          SECRET_KEY:
            source.SECRET_KEY?.trim() || randomBytes(48).toString("base64"),
          DATABASE_URL: source.DATABASE_URL?.trim() || "postgresql://embedded",
        },
  );
}

/**
 * Allows a start without any set-up: outside production a missing DATABASE_URL
 * becomes an embedded Postgres and a missing SECRET_KEY is generated, both kept
 * under `dataDir`. In production there are no such defaults.
 *
 * @param source as process.env; not changed
 */
export async function withDevelopmentDefaults(
  source: Source,
  options: DevelopmentDefaultsOptions,
): Promise<DevelopmentDefaults> {
  if (isProduction(source)) return { source, database: undefined };
  const filled = { ...source };
  let database: EmbeddedPostgres | undefined;
  if (!source.SECRET_KEY?.trim()) {
    filled.SECRET_KEY = await keptSecretKey(options.dataDir);
  }
  if (!source.DATABASE_URL?.trim()) {
    database = await EmbeddedPostgres.start({
      dataDir: join(options.dataDir, "postgres"),
      onProgress: options.onProgress,
    });
    filled.DATABASE_URL = database.url;
  }
  return { source: filled, database };
}

function isProduction(source: Source): boolean {
  return source.NODE_ENV?.trim() === "production";
}

async function keptSecretKey(dataDir: string): Promise<string> {
  const file = join(dataDir, "secret-key");
  await mkdir(dataDir, { recursive: true });
  const fresh = randomBytes(48).toString("base64");
  try {
    // Fails if another process was first; then that key is used.
    await writeFile(file, `${fresh}\n`, { flag: "wx", mode: 0o600 });
    return fresh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      // On a full disk the file exists by now, with at most a part of the key.
      await rm(file, { force: true });
      throw error;
    }
    return (await readFile(file, "utf8")).trim();
  }
}
