import { TestDatabase } from "../../src/testing/test-database";

/**
 * Holds the Postgres for tests up for the whole run; every test file makes a
 * database of its own in it.
 */
export default async function globalSetup(): Promise<void> {
  const held = await TestDatabase.create();
  Object.assign(globalThis, { heldTestDatabase: held });
}
