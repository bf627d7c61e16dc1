import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import config from "./jest.config.js";

process.env.EXHAUSTIVE = "1";

const [common] = config.projects;
const specs = ["src", "test"].flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder), { recursive: true })
    .filter((path) => path.endsWith("spec.ts"))
    .map((path) => join(folder, path)),
);

/** What `npm test` runs a part of, and what it leaves out, which names say. */
const isExhaustive = (path) =>
  /\.long\.|\.service-spec\.ts$/.test(path) ||
  readFileSync(join(import.meta.dirname, path), "utf8").includes(
    'support/extent"',
  );

/**
 * What takes minutes: `npm run test:exhaustive`. See docs/testing-this-project.md.
 *
 * @type {import("jest").Config}
 */
export default {
  ...config,
  projects: [
    {
      ...common,
      testPathIgnorePatterns: ["/node_modules/"],
      displayName: "exhaustive",
      roots: ["<rootDir>/src", "<rootDir>/test"],
      testMatch: specs.filter(isExhaustive).map((path) => `<rootDir>/${path}`),
    },
  ],
};
