import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The version of this package; works from src/ and dist/. */
export const packageVersion = (
  JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
    version: string;
  }
).version;
