import type { EmulatorRequest } from "./emulator-answer";
import { httpUrl, isLoopback } from "./redirect-uris";

/**
 * The CORS headers of a response: local pages may call all endpoints, other
 * pages none.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function corsHeaders({
  headers,
}: EmulatorRequest): Record<string, string> {
  const { origin } = headers;
  const url = origin === undefined ? undefined : httpUrl(origin);
  if (origin === undefined || url === undefined || !isLoopback(url)) return {};
  const wanted = headers["access-control-request-headers"];
  return {
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    ...(wanted !== undefined && { "Access-Control-Allow-Headers": wanted }),
    "Access-Control-Allow-Private-Network": "true",
    "Access-Control-Max-Age": "600",
    Vary: "Origin",
  };
}
