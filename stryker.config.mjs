import jestConfig from "./jest.config.js";

// A glance at the properties for each mutant, and the same one every time:
// whether a mutant survives must not be a matter of luck.
process.env.PROPERTY_RUNS ??= "0.01";
process.env.PROPERTY_SEED ??= "1";

// These specs need no Postgres, and load their modules anew for each mutant.
const unit = {
  ...jestConfig.projects.find(({ displayName }) => displayName === "unit"),
  testEnvironment: "node",
};
delete unit.runtime;
delete unit.globalSetup;
delete unit.globalTeardown;

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: [
    "src/identity/google/*.ts",
    "src/identity/claim-values.ts",
    "src/identity/email-authority.ts",
    "src/common/nonce.ts",
    "src/common/cached-answer.ts",
    "src/common/cached-keys.ts",
    "src/common/fetch-json.ts",
    "src/common/jws-segment.ts",
    "src/sessions/rotation.ts",
    "!src/**/*.spec.ts",
  ],
  thresholds: { high: 95, low: 90, break: 85 },
  testRunner: "jest",
  coverageAnalysis: "perTest",
  jest: {
    config: {
      ...unit,
      projects: [],
      // With test/, for specs are found by what they import, through it too.
      roots: ["<rootDir>/src", "<rootDir>/test"],
      testTimeout: 5000,
      testMatch: [
        "<rootDir>/src/identity/**/*.spec.ts",
        "<rootDir>/src/common/nonce.spec.ts",
        "<rootDir>/src/common/fetch-json.spec.ts",
        "<rootDir>/src/sessions/rotation*.spec.ts",
      ],
    },
  },
  concurrency: 2,
  timeoutMS: 5000,
  reporters: ["clear-text", "progress-append-only", "html"],
  clearTextReporter: { allowColor: false, reportTests: false },
  htmlReporter: { fileName: "reports/mutation.html" },
  ignorePatterns: ["/dist", "/.data", "/coverage", "/reports", "/bench"],
};
