import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      ...["dist/", "coverage/", "node_modules/", ".data/"],
      ...["reports/", ".stryker-tmp/", "examples/"],
      ...["tools/site/dist/", "tools/site/.vitepress/cache/"],
    ],
  },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
  },
  {
    // Optional packages are loaded where they are used, and only there.
    files: [
      "src/common/open-api.decorators.ts",
      "src/google-auth/google-auth.module.ts",
      "src/testing/test-service.ts",
    ],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    files: ["**/*.mjs", "**/*.js", "**/*.cjs"],
    languageOptions: {
      globals: {
        console: "readonly",
        fetch: "readonly",
        module: "writable",
        require: "readonly",
        process: "readonly",
        URL: "readonly",
      },
    },
  },
);
