import type { PageDocument } from "./page-document";
import type { PageFile } from "./page-file";

/** The response methods that both HTTP platforms have. */
export interface PageResponse {
  header(name: string, value: string): unknown;
}

/** Sets a page's headers. @returns its body */
export function sendPage(
  response: PageResponse,
  { headers, html }: PageDocument,
): string {
  for (const [name, value] of Object.entries(headers)) {
    response.header(name, value);
  }
  return html;
}

/** Sets a file's headers. @returns its body */
export function sendFile(
  response: PageResponse,
  { contentType, etag, text }: PageFile,
): string {
  response.header("Content-Type", contentType);
  response.header("Cache-Control", "no-cache");
  response.header("ETag", etag);
  return text;
}
