import type { TestDatabase } from "../../src/testing/test-database";

export default async function globalTeardown(): Promise<void> {
  const { heldTestDatabase } = globalThis as {
    heldTestDatabase?: TestDatabase;
  };
  await heldTestDatabase?.destroy();
}
