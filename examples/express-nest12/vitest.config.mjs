import { defineConfig } from "vitest/config";

export default defineConfig({
  // Nest injects by the types of the parameters.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    setupFiles: ["reflect-metadata"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
