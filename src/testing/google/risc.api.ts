import {
  jsonAnswer,
  type EmulatorAnswer,
  type EmulatorRequest,
  type EmulatorRoute,
} from "./emulator-answer";
import { apiAnswer, apiBody, apiFields, GoogleApiError } from "./api";
import { GOOGLE_ISSUER } from "./id-token.mint";
import {
  eventsDelivered,
  eventsSupported,
  parseStatus,
  parseStream,
  PUSH_DELIVERY,
  type SecurityEventStream,
  type StreamPlace,
} from "./risc.stream";
import type { KnownServiceAccount } from "./service-account";
import { authenticateServiceAccount } from "./service-account.auth";

/** The prefix of the API's paths. */
export const RISC_API_PATH = "/v1beta";

/** The paths of the API; Google's host is risc.googleapis.com. */
export const riscPaths = {
  riscStream: "/v1beta/stream",
  riscStreamUpdate: "/v1beta/stream:update",
  riscStreamVerify: "/v1beta/stream:verify",
  riscStatus: "/v1beta/stream/status",
  riscStatusUpdate: "/v1beta/stream/status:update",
} as const;

/** The state of the API. */
export interface RiscApiState {
  readonly serviceAccounts: readonly KnownServiceAccount[];
  readonly clientIds: readonly string[];
  readonly authorizedDomains: readonly string[];
  readonly place: StreamPlace;
  readonly now: () => Date;
  /** Sends a verification event, if the stream requests them. */
  readonly verify: (state: string | undefined) => Promise<void>;
}

/**
 * The API to configure the delivery of security events:
 * https://developers.google.com/identity/protocols/risc#registering_your_receiver
 */
export function riscRoutes(state: RiscApiState): readonly EmulatorRoute[] {
  const route = (
    method: EmulatorRoute["method"],
    path: string,
    answer: (request: EmulatorRequest) => unknown,
  ): EmulatorRoute => ({ method, path, answer: guarded(state, answer) });
  return [
    route("POST", riscPaths.riscStreamUpdate, (request) => {
      state.place.stream = {
        ...parseStream(apiBody(request), state.authorizedDomains),
        isEnabled: state.place.stream?.isEnabled ?? true,
      };
      return {};
    }),
    route("GET", riscPaths.riscStream, () => streamAnswer(state)),
    route("GET", riscPaths.riscStatus, () => ({
      status: configured(state).isEnabled ? "enabled" : "disabled",
    })),
    route("POST", riscPaths.riscStatusUpdate, (request) => {
      const isEnabled = parseStatus(apiBody(request));
      state.place.stream = { ...configured(state), isEnabled };
      return {};
    }),
    route("POST", riscPaths.riscStreamVerify, async (request) => {
      const asked = apiFields("request", apiBody(request), ["state"]);
      if (asked.state !== undefined && typeof asked.state !== "string") {
        throw new GoogleApiError(400, "state must be a string.");
      }
      configured(state);
      await state.verify(asked.state);
      return {};
    }),
  ];
}

function guarded(
  state: RiscApiState,
  answer: (request: EmulatorRequest) => unknown,
): (request: EmulatorRequest) => Promise<EmulatorAnswer> {
  return apiAnswer(async (request) => {
    authenticateServiceAccount(
      state.serviceAccounts,
      request.headers.authorization,
      state.now(),
    );
    return jsonAnswer(await answer(request));
  });
}

function configured({ place: { stream } }: RiscApiState): SecurityEventStream {
  if (stream === undefined) {
    throw new GoogleApiError(404, "Requested entity was not found.");
  }
  return stream;
}

function streamAnswer(state: RiscApiState) {
  const stream = configured(state);
  return {
    iss: GOOGLE_ISSUER,
    aud: state.clientIds,
    delivery: { delivery_method: PUSH_DELIVERY, url: stream.url },
    events_supported: eventsSupported,
    events_requested: stream.eventsRequested,
    events_delivered: eventsDelivered(stream),
  };
}
