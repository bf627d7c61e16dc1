import { apiFields, GoogleApiError } from "./api";
import { securityEventTypes } from "./risc.events";
import { httpUrl, isLoopback } from "./redirect-uris";

/** The stream configuration of an app. */
export interface SecurityEventStream {
  readonly url: string;
  readonly eventsRequested: readonly string[];
  /** Events of a disabled stream are lost. */
  readonly isEnabled: boolean;
}

/** Holds the only stream of the project, once it is configured. */
export interface StreamPlace {
  stream?: SecurityEventStream;
}

/** The only delivery method that Google supports: push, RFC 8935. */
export const PUSH_DELIVERY =
  "https://schemas.openid.net/secevent/risc/delivery-method/push";

/** The events that can be requested. */
export const eventsSupported: readonly string[] =
  Object.values(securityEventTypes);

/** The events that are delivered; unknown ones are silently ignored. */
export function eventsDelivered({
  eventsRequested,
}: SecurityEventStream): readonly string[] {
  return eventsSupported.filter((uri) => eventsRequested.includes(uri));
}

/**
 * Parses the body of `stream:update`.
 *
 * @param authorizedDomains the hosts that may receive events, in addition to
 *   local ones
 * @throws GoogleApiError 400 if it is malformed, 403 if the receiver is not
 *   allowed
 */
export function parseStream(
  body: unknown,
  authorizedDomains: readonly string[],
): Omit<SecurityEventStream, "isEnabled"> {
  const { delivery, events_requested } = apiFields("stream", body, [
    "delivery",
    "events_requested",
  ]);
  if (delivery === undefined) {
    throw new GoogleApiError(400, "stream.delivery is required.");
  }
  const { delivery_method, url } = apiFields("delivery", delivery, [
    "delivery_method",
    "url",
  ]);
  if (delivery_method !== PUSH_DELIVERY) {
    throw new GoogleApiError(
      400,
      `stream.delivery.delivery_method must be ${PUSH_DELIVERY}.`,
    );
  }
  if (typeof url !== "string" || url === "") {
    throw new GoogleApiError(400, "stream.delivery.url is required.");
  }
  if (!isTextList(events_requested) || events_requested.length === 0) {
    throw new GoogleApiError(400, "stream.events_requested is required.");
  }
  return {
    url: receiverUrl(url, authorizedDomains),
    eventsRequested: events_requested,
  };
}

/**
 * Parses the body of `stream/status:update`; Google responds with 403 to an
 * invalid one.
 */
export function parseStatus(body: unknown): boolean {
  const { status } = apiFields("status", body, ["status"]);
  if (status !== "enabled" && status !== "disabled") {
    throw new GoogleApiError(403, "status must be enabled or disabled.");
  }
  return status === "enabled";
}

/**
 * Whether security events may be sent to a URL. Google requires https and an
 * authorized domain of the project; the emulator also allows http and local
 * URLs.
 */
export function isReceiver(
  url: URL,
  authorizedDomains: readonly string[],
): boolean {
  return isLoopback(url) || authorizedDomains.includes(url.hostname);
}

function receiverUrl(
  text: string,
  authorizedDomains: readonly string[],
): string {
  const url = httpUrl(text);
  if (url === undefined) {
    throw new GoogleApiError(403, "stream.delivery.url must be an HTTPS URL.");
  }
  if (!isReceiver(url, authorizedDomains)) {
    throw new GoogleApiError(
      403,
      "stream.delivery.url is not on an authorized domain of the project.",
    );
  }
  return url.href;
}

function isTextList(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.every((item) => typeof item === "string")
  );
}
