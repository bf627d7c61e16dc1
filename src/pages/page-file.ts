import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";

/** A script or a stylesheet of a page, as it is sent. */
export interface PageFile {
  readonly contentType: string;
  readonly etag: string;
  readonly text: string;
}

/** The output folder of `npm run build`, relative to both src/ and dist/. */
const folder = resolve(__dirname, "../../dist/ui");

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/**
 * Reads a file of the pages.
 *
 * @param name the name of a built file; never from a request
 * @throws Error if they have not been built
 */
export function pageFile(name: string): PageFile {
  try {
    const text = readFileSync(resolve(folder, name), "utf8");
    const digest = createHash("sha256").update(text).digest("base64url");
    const contentType = types[extname(name)] ?? "text/plain";
    return { contentType, etag: `"${digest.slice(0, 22)}"`, text };
  } catch (cause) {
    throw new Error(`dist/ui/${name} is missing: run "npm run build".`, {
      cause,
    });
  }
}
