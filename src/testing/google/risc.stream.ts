import { apiFields, GoogleApiError } from "./api";
import { securityEventTypes } from "./risc.events";
import { httpUrl, isLoopback } from "./redirect-uris";

/** How an app wants its security events. */
export interface SecurityEventStream {
  readonly url: string;
  readonly eventsRequested: readonly string[];
  /** A disabled stream's events are lost. */
  readonly isEnabled: boolean;
}

/** Where the one stream of the project is kept; there is none at first. */
export interface StreamPlace {
  stream?: SecurityEventStream;
}

/** The only delivery that Google offers: a POST, RFC 8935. */
export const PUSH_DELIVERY =
  "https://schemas.openid.net/secevent/risc/delivery-method/push";

/** What can be asked for. */
export const eventsSupported: readonly string[] =
  Object.values(securityEventTypes);

/** The events that come: an unknown one is left out without a word. */
export function eventsDelivered({
  eventsRequested,
}: SecurityEventStream): readonly string[] {
  return eventsSupported.filter((uri) => eventsRequested.includes(uri));
}

/**
 * Reads the body of `stream:update`.
 *
 * @param authorizedDomains the hosts that may receive, beside this machine
 * @throws GoogleApiError 400 for a wrong shape, 403 for a receiver that may not be
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

/** Reads the body of `stream/status:update`; Google answers 403 to a bad one. */
export function parseStatus(body: unknown): boolean {
  const { status } = apiFields("status", body, ["status"]);
  if (status !== "enabled" && status !== "disabled") {
    throw new GoogleApiError(403, "status must be enabled or disabled.");
  }
  return status === "enabled";
}

/**
 * Whether security events may be sent there. Google takes https on an authorized
 * domain of the project; here http will do, and this machine too.
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
