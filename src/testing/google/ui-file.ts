import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { type EmulatorAnswer, googleErrorAnswer } from "./emulator-answer";

/** Where `npm run build` puts scripts and styles, from src/ and from dist/ alike. */
const folder = resolve(__dirname, "../../../dist/ui");

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/**
 * A script or a style of the emulator's pages.
 *
 * @param name of a file that the build makes; never from a request
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
