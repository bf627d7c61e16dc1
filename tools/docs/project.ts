import { join } from "node:path";

/** The folder of the project. */
export const projectRoot = join(__dirname, "../..");

/** The notice at the top of every generated page. */
export const generatedNotice =
  "<!-- Generated from the code by `npm run docs`. Do not edit. -->";
