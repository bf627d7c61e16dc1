const common = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": "@swc/jest" },
  moduleFileExtensions: ["ts", "js", "json"],
  setupFiles: ["reflect-metadata"],
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/support/global-teardown.ts",
};

/** @type {import("jest").Config} */
module.exports = {
  testTimeout: 30_000,
  // However many cores there are: all share one Postgres. In one process alone,
  // the modules of all suites would pile up in its memory.
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
