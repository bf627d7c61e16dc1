import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { type EmulatorAnswer, googleErrorAnswer } from "./emulator-answer";

/** The output folder of `npm run build`, relative to both src/ and dist/. */
const folder = resolve(__dirname, "../../../dist/ui");

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/**
 * A script or a style of the emulator's pages.
 *
 * @param name the name of a build output; must not come from a request
 */
export function uiFileAnswer(name: string): EmulatorAnswer {
  try {
    return {
      status: 200,
      headers: {
        "Content-Type": types[extname(name)] ?? "text/plain",
        "Cache-Control": "no-cache",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
      },
      body: readFileSync(resolve(folder, name), "utf8"),
    };
  } catch {
    return googleErrorAnswer(404, `${name} is missing: run "npm run build".`);
  }
}
