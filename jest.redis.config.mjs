import config from "./jest.config.js";

const e2e = config.projects.find(({ displayName }) => displayName === "e2e");

/**
 * What needs a Redis, apart from the other tests: `npm run test:redis`.
 *
 * @type {import("jest").Config}
 */
export default {
  ...e2e,
  displayName: "redis",
  testMatch: ["**/*.redis-spec.ts"],
  testTimeout: 30_000,
  maxWorkers: 2,
};
