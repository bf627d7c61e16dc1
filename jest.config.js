/** @type {import("jest").Config} */
const common = {
  testEnvironment: "<rootDir>/test/jest/shared-environment.js",
  runtime: "<rootDir>/test/jest/shared-runtime.js",
  transform: { "^.+\\.ts$": "@swc/jest" },
  moduleFileExtensions: ["ts", "js", "json"],
  setupFiles: ["reflect-metadata"],
  testPathIgnorePatterns: ["/node_modules/", "\\.long\\."],
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/support/global-teardown.ts",
};

/**
 * What guards every change: `npm test`. See docs/testing-this-project.md.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  testTimeout: 30_000,
  // However many cores there are: all share one Postgres.
  maxWorkers: 2,
  workerIdleMemoryLimit: "1GB",
  projects: [
    {
      ...common,
      displayName: "unit",
      roots: ["<rootDir>/src"],
      testMatch: ["**/*.spec.ts"],
    },
    {
      ...common,
      displayName: "e2e",
      roots: ["<rootDir>/test"],
      testMatch: ["**/*.e2e-spec.ts"],
    },
  ],
};
