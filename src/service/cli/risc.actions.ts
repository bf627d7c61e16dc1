import {
  requestableEvents,
  type SecurityEventStream,
  type StreamRequest,
  streamRequests,
  type StreamStatus,
} from "../../index";
import {
  describe,
  registrationReport,
  type RiscReport,
  stateReport,
  statusReport,
  type StreamState,
  verificationReport,
} from "./risc.report";

/** What a command does at Google. */
export interface StreamAction {
  /** Every request that it may send, in order. */
  readonly requests: readonly StreamRequest[];
  /** @throws Error that says why it failed, and what to do */
  readonly run: (stream: SecurityEventStream) => Promise<RiscReport>;
}

const readState = [streamRequests.configuration, streamRequests.status];

/** Reads who receives which events. */
export const statusQuery: StreamAction = {
  requests: readState,
  run: async (stream) => stateReport(await read(stream)),
};

/**
 * Registers a receiver.
 *
 * @param receiver its URL
 * @param events URIs
 * @param force replaces another receiver
 */
export function registration(
  receiver: string,
  events: readonly string[],
  force: boolean,
): StreamAction {
  const { configuration, configure } = streamRequests;
  return {
    requests: [configuration, configure(receiver, events), ...readState],
    run: async (stream) => {
      const before = await stream.configuration();
      if (before && !isSame(before.receiver, receiver) && !force) {
        throw new Error(
          `Google sends the events of this project to another receiver: ${describe(before)}\nA project has one receiver: registering ${receiver} replaces it. If that is what you want, add --force.`,
        );
      }
      const changed =
        !before ||
        !isSame(before.receiver, receiver) ||
        sorted(before.eventsRequested) !== sorted(events);
      if (changed) await stream.configure(receiver, events);
      const { configuration: after, status } = await read(stream);
      if (!after || !isSame(after.receiver, receiver)) {
        throw new Error(
          `Google accepted the registration, but the receiver is ${after ? describe(after) : "not set"}: another registration ran at the same time.`,
        );
      }
      return registrationReport(before, changed, after, status);
    },
  };
}

/** Enables or disables the stream. */
export function statusChange(wanted: StreamStatus): StreamAction {
  return {
    requests: [streamRequests.status, streamRequests.setStatus(wanted)],
    run: async (stream) => {
      const changed = (await stream.status()) !== wanted;
      // Without a stream, Google refuses, and its refusal says what to do.
      if (changed) await stream.setStatus(wanted);
      return statusReport(wanted, changed);
    },
  };
}

/** Has Google send a test event. @param state is echoed in the event */
export function verification(state: string): StreamAction {
  return {
    requests: [...readState, streamRequests.verify(state)],
    run: async (stream) => {
      const { configuration, status } = await read(stream);
      if (configuration && status === "disabled") {
        throw new Error(
          "The stream is disabled, so no event would arrive. Enable it: node dist/cli.js risc enable",
        );
      }
      const delivered =
        configuration?.eventsDelivered ?? configuration?.eventsRequested;
      const uri = requestableEvents.get("verification") ?? "";
      // Google would accept the request and send nothing.
      if (delivered && !delivered.includes(uri)) {
        throw new Error(
          "The event verification was not requested, so no event would arrive. Register with it: node dist/cli.js risc register",
        );
      }
      await stream.verify(state);
      return verificationReport(state, configuration?.receiver ?? null);
    },
  };
}

async function read(stream: SecurityEventStream): Promise<StreamState> {
  return {
    configuration: await stream.configuration(),
    status: await stream.status(),
  };
}

/** Google may spell the URL in another way. */
function isSame(one: string, other: string): boolean {
  return (
    one === other ||
    (URL.canParse(one) && new URL(one).href === new URL(other).href)
  );
}

function sorted(texts: readonly string[]): string {
  return [...texts].sort().join();
}
