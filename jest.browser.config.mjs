import config from "./jest.config.js";

const e2e = config.projects.find(({ displayName }) => displayName === "e2e");

/**
 * What needs a real browser, apart from the other tests: `npm run test:browser`.
 *
 * @type {import("jest").Config}
 */
export default {
  ...e2e,
  displayName: "browser",
  testMatch: ["**/*.browser-spec.ts"],
  testTimeout: 60_000,
  maxWorkers: 1,
};
