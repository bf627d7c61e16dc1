import config from "./jest.config.js";

const e2e = config.projects.find(({ displayName }) => displayName === "e2e");

/**
 * What needs Redis or PgBouncer, apart from the other tests:
 * `npm run test:services`.
 *
 * @type {import("jest").Config}
 */
export default {
  ...e2e,
  displayName: "services",
  testMatch: ["**/*.service-spec.ts"],
  testTimeout: 60_000,
  maxWorkers: 2,
};
