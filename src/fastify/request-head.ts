import type { IncomingMessage } from "node:http";
import { AuthError } from "../common/auth-error";

/**
 * What is wrong with the head of a request, if anything: it has no host or more
 * than one, or its body is compressed or is a form in a charset other than
 * UTF-8.
 *
 * @returns AuthError `invalid_request` or `unsupported_media_type`
 */
export function faultOfHead(request: IncomingMessage): AuthError | undefined {
  const { headers } = request;
  if (!namesOneHost(request)) {
    return new AuthError("invalid_request", { reason: "host" });
  }
  const coding = headers["content-encoding"];
  if (coding !== undefined && !/^identity$/i.test(coding)) {
    return unreadable("content_encoding");
  }
  const type = headers["content-type"] ?? "";
  // JSON is UTF-8 regardless of a charset parameter: RFC 8259 §11.
  if (/^application\/json *(?:;|$)/i.test(type)) return undefined;
  const charset = /charset *= *"?([^\s";]*)/i.exec(type)?.[1];
  return charset === undefined || isUtf8(charset)
    ? undefined
    : unreadable("charset");
}

/**
 * Removes the media type from a request without content, where it is
 * meaningless: HTTP clients set it for all requests.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-6.4
 */
export function ignoreTypeOfNothing({ headers }: IncomingMessage): void {
  const length = headers["content-length"];
  if (headers["transfer-encoding"] === undefined && Number(length ?? 0) === 0) {
    delete headers["content-type"];
  }
}

/** By any of its labels, such as `utf8` or `Unicode-1-1-UTF-8`; https://encoding.spec.whatwg.org/#names-and-labels */
function isUtf8(label: string): boolean {
  if (/^utf-?8$/i.test(label)) return true;
  try {
    return new TextDecoder(label).encoding === "utf-8";
  } catch {
    return false;
  }
}

function unreadable(reason: string): AuthError {
  return new AuthError("unsupported_media_type", { reason });
}

/**
 * Whether a request has exactly one host: with two, a proxy and this server
 * might use different ones.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
function namesOneHost(request: IncomingMessage): boolean {
  const { headers, httpVersion, rawHeaders } = request;
  const { host } = headers;
  if (host === undefined) return httpVersion === "1.0";
  if (!/^(?:[\w.-]*|\[[\da-f:.]+\])(?::\d*)?$/i.test(host)) return false;
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") count++;
  }
  return count === 1;
}
