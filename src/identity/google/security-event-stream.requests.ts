import { type SecurityEventType, securityEventTypes } from "./security-event";

/** One call of the Cross-Account Protection API. */
export interface StreamRequest {
  readonly method: "GET" | "POST";
  /** Under the API's URL: `/stream:update`. */
  readonly path: string;
  readonly body?: object;
}

/** The status of a stream. The events of a disabled one are lost, not stored. */
export type StreamStatus = "enabled" | "disabled";

/** The only delivery that Google offers: a POST, as in RFC 8935. */
const pushDelivery =
  "https://schemas.openid.net/secevent/risc/delivery-method/push";

/**
 * The calls of the API.
 *
 * @see https://developers.google.com/identity/protocols/risc#register_receiver
 */
export const streamRequests = {
  configuration: { method: "GET", path: "/stream" },
  /**
   * Replaces the whole configuration.
   *
   * @param url https, on an authorized domain of the project
   * @param events URIs; Google silently omits those it does not know
   */
  configure: (url: string, events: readonly string[]) => ({
    method: "POST",
    path: "/stream:update",
    body: {
      delivery: { delivery_method: pushDelivery, url },
      events_requested: events,
    },
  }),
  status: { method: "GET", path: "/stream/status" },
  setStatus: (status: StreamStatus) => ({
    method: "POST",
    path: "/stream/status:update",
    body: { status },
  }),
  /** @param state is echoed in the event */
  verify: (state: string) => ({
    method: "POST",
    path: "/stream:verify",
    body: { state },
  }),
} as const satisfies Record<
  string,
  StreamRequest | ((...details: never[]) => StreamRequest)
>;

/** The events that can be requested, by their short names; without the URIs that Google used before. */
export const requestableEvents: ReadonlyMap<
  Exclude<SecurityEventType, "unknown">,
  string
> = new Map(
  Object.entries(securityEventTypes)
    .filter(([uri]) => uri.startsWith("https://schemas.openid.net/"))
    .map(([uri, name]) => [name, uri]),
);

/** The URL of a request. @param apiUrl with or without a trailing slash */
export function streamRequestUrl(apiUrl: string, path: string): string {
  return apiUrl.replace(/\/+$/, "") + path;
}
