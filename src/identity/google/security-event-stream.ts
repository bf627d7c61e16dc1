import { JWTAccess } from "google-auth-library";
import { cleanText } from "../../common/clean-text";
import { fetchJson, UnwantedAnswerError } from "../../common/fetch-json";
import {
  adviceFor,
  SecurityEventStreamError,
} from "./security-event-stream.error";
import {
  type StreamRequest,
  streamRequests,
  streamRequestUrl,
  type StreamStatus,
} from "./security-event-stream.requests";
import type { ServiceAccountKey } from "./service-account-key";

/** The audience of a token for the API, whatever the API's URL is. */
const audience =
  "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService";

export interface SecurityEventStreamOptions {
  /** Where the API is: `https://risc.googleapis.com/v1beta`. */
  readonly apiUrl: string;
  readonly key: ServiceAccountKey;
  /** How long one answer may take, in milliseconds. */
  readonly timeoutMilliseconds: number;
}

/** Who receives the security events of the project, and which. */
export interface StreamConfiguration {
  /** The receiver's URL. */
  readonly receiver: string;
  /** URIs, as they were requested. */
  readonly eventsRequested: readonly string[];
  /** URIs of those that Google knows and will send; null when it does not say. */
  readonly eventsDelivered: readonly string[] | null;
}

/** Statuses whose body says why. */
const refusals = [400, 401, 403, 404, 429];
const maxTextLength = 500;

/**
 * The one stream of security events that a Google Cloud project has, managed by
 * the Cross-Account Protection API.
 *
 * Concurrency: of several changes at once, the last one counts. All but
 * `verify` are idempotent, and none is retried. Every failure is a
 * SecurityEventStreamError; no message contains the token or the key.
 *
 * @see https://developers.google.com/identity/protocols/risc
 */
export class SecurityEventStream {
  private readonly access: JWTAccess;

  constructor(private readonly options: SecurityEventStreamOptions) {
    const { clientEmail, privateKey, privateKeyId } = options.key;
    this.access = new JWTAccess(clientEmail, privateKey, privateKeyId);
  }

  /** Null when nothing has been registered. */
  async configuration(): Promise<StreamConfiguration | null> {
    const answer = await this.call(
      streamRequests.configuration,
      "absent is ok",
    );
    if (answer === null) return null;
    const { delivery, events_requested, events_delivered } = answer;
    const { url } = Object(delivery) as Readonly<Record<string, unknown>>;
    if (typeof url !== "string") throw this.notTheApi("names no receiver");
    return {
      receiver: forDisplay(url),
      eventsRequested: textsOf(events_requested),
      eventsDelivered: Array.isArray(events_delivered)
        ? textsOf(events_delivered)
        : null,
    };
  }

  /**
   * Registers a receiver and replaces any other.
   *
   * @param url https, on an authorized domain of the project
   * @param events URIs
   */
  async configure(url: string, events: readonly string[]): Promise<void> {
    await this.call(streamRequests.configure(url, events));
  }

  /** Null when nothing has been registered. */
  async status(): Promise<StreamStatus | null> {
    const answer = await this.call(streamRequests.status, "absent is ok");
    if (answer === null) return null;
    const { status } = answer;
    if (status !== "enabled" && status !== "disabled") {
      throw this.notTheApi("gives no status");
    }
    return status;
  }

  async setStatus(status: StreamStatus): Promise<void> {
    await this.call(streamRequests.setStatus(status));
  }

  /** Has Google send a verification event to the receiver. @param state is echoed in it */
  async verify(state: string): Promise<void> {
    await this.call(streamRequests.verify(state));
  }

  private async call(
    request: StreamRequest,
  ): Promise<Readonly<Record<string, unknown>>>;
  private async call(
    request: StreamRequest,
    absent: "absent is ok",
  ): Promise<Readonly<Record<string, unknown>> | null>;
  private async call(
    { method, path, body }: StreamRequest,
    absent?: "absent is ok",
  ): Promise<Readonly<Record<string, unknown>> | null> {
    const { apiUrl, timeoutMilliseconds, key } = this.options;
    const authorization =
      this.access.getRequestHeaders(audience).get("authorization") ?? "";
    const { status, value } = await fetchJson(streamRequestUrl(apiUrl, path), {
      name: "The answer",
      json: body,
      headers: { authorization },
      timeoutMilliseconds,
      alsoStatuses: refusals,
    }).catch((cause: unknown) => {
      throw this.failure(method, path, cause);
    });
    const answer = Object(value) as Readonly<Record<string, unknown>>;
    if (status < 300) return answer;
    const error = Object(answer.error) as Readonly<Record<string, unknown>>;
    // Any web server may respond 404; only the API's own means that there is no
    // stream.
    if (status === 404 && error.code !== 404) {
      throw this.notTheApi("has status 404");
    }
    if (status === 404 && absent) return null;
    // An impostor could echo our token.
    const said =
      typeof error.message === "string"
        ? forDisplay(error.message.replace(/eyJ[\w.-]+/g, "…"))
        : null;
    const advice = adviceFor({
      ...{ status, said, reason: reasonOf(error.details) },
      account: key.clientEmail,
    });
    throw new SecurityEventStreamError(
      `Google refused ${method} ${path} with status ${status}${said ? `: ${said}` : ""}\n${advice}`,
      status,
    );
  }

  private failure(method: string, path: string, cause: unknown): Error {
    const { apiUrl, key } = this.options;
    const status = cause instanceof UnwantedAnswerError ? cause.status : null;
    if (cause instanceof UnwantedAnswerError && cause.status < 500) {
      return this.notTheApi(cause.message.replace(/^The answer /, ""), cause);
    }
    const asked = `${method} ${path}`;
    const { host } = new URL(apiUrl);
    const lines =
      status === null
        ? [
            `No answer to ${asked} (${networkFault(cause)}).`,
            `Can this machine reach ${host}? Check the network, the proxy, the firewall and, if it is set, GOOGLE_RISC_CONFIG_URL.`,
          ]
        : [
            `The answer to ${asked} has status ${status}.`,
            adviceFor({
              ...{ status, said: null, reason: null },
              account: key.clientEmail,
            }),
          ];
    if (method === "POST") {
      lines.push(
        "The change may or may not have been made; check: node dist/cli.js risc status",
      );
    }
    return new SecurityEventStreamError(lines.join("\n"), status, { cause });
  }

  private notTheApi(what: string, cause?: unknown): SecurityEventStreamError {
    const status = cause instanceof UnwantedAnswerError ? cause.status : null;
    return new SecurityEventStreamError(
      `The answer of ${new URL(this.options.apiUrl).host} ${what}: this is not Google's Cross-Account Protection API.\nIf GOOGLE_RISC_CONFIG_URL is set, is it right? If not, something between this machine and Google responds instead.`,
      status,
      { cause },
    );
  }
}

/** fetch's reason for the failure; never the request. */
function networkFault(error: unknown): string {
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  if (name === "TimeoutError") return "it took too long";
  const { code, message } = Object(cause) as Record<string, unknown>;
  if (typeof code === "string") return forDisplay(code);
  return message === "unexpected redirect"
    ? "the request was redirected elsewhere"
    : "the connection failed";
}

/** @see https://cloud.google.com/apis/design/errors#error_info */
function reasonOf(details: unknown): string | null {
  for (const detail of Array.isArray(details) ? details : []) {
    const { reason } = Object(detail) as Record<string, unknown>;
    if (typeof reason === "string") return reason;
  }
  return null;
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [])
    .filter((entry) => typeof entry === "string")
    .slice(0, 100)
    .map(forDisplay);
}

/** So that an answer cannot move a terminal's cursor or fill its screen. */
function forDisplay(text: string): string {
  return cleanText(text.slice(0, maxTextLength));
}
