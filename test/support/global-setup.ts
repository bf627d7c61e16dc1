import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { TestDatabase } from "../../src/testing/test-database";

/**
 * Builds the scripts of the pages, which are served from dist/ui, and keeps the
 * Postgres for tests running for the whole run. Every test file creates its own
 * databases in it.
 */
export default async function globalSetup(): Promise<void> {
  const buildUi = resolve(__dirname, "../../tools/build-ui.mjs");
  execFileSync(process.execPath, [buildUi], { stdio: "ignore" });
  const held = await TestDatabase.create();
  Object.assign(globalThis, { heldTestDatabase: held });
}
