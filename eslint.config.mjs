import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      ...["dist/", "coverage/", "node_modules/", ".data/"],
      ...["reports/", ".stryker-tmp/", "examples/"],
    ],
  },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
  },
  {
    files: ["**/*.mjs", "**/*.js", "**/*.cjs"],
    languageOptions: {
      globals: {
        console: "readonly",
        module: "writable",
        require: "readonly",
        process: "readonly",
        URL: "readonly",
      },
    },
  },
);
