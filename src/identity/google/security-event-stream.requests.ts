import { type SecurityEventType, securityEventTypes } from "./security-event";

/** One call of the Cross-Account Protection API. */
export interface StreamRequest {
  readonly method: "GET" | "POST";
  /** Under the API's URL: `/stream:update`. */
  readonly path: string;
  readonly body?: object;
}

/** What a stream may be; a disabled one's events are lost, not kept. */
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
   * Replaces what there is, whole.
   *
   * @param url https, on an authorized domain of the project
   * @param events URIs; Google leaves out those it does not know without a word
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
  /** @param state comes back in the event */
  verify: (state: string) => ({
    method: "POST",
    path: "/stream:verify",
    body: { state },
  }),
} as const satisfies Record<
  string,
  StreamRequest | ((...details: never[]) => StreamRequest)
>;

/** The events that can be asked for, by what they are called here; not the names Google used before. */
export const requestableEvents: ReadonlyMap<
  Exclude<SecurityEventType, "unknown">,
  string
> = new Map(
  Object.entries(securityEventTypes)
    .filter(([uri]) => uri.startsWith("https://schemas.openid.net/"))
    .map(([uri, name]) => [name, uri]),
);

/** Where a request goes. @param apiUrl with or without a slash at its end */
export function streamRequestUrl(apiUrl: string, path: string): string {
  return apiUrl.replace(/\/+$/, "") + path;
}
