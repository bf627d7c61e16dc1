import {
  requestableEvents,
  type SecurityEventStream,
  type StreamRequest,
  streamRequests,
  type StreamStatus,
} from "../index";
import {
  describe,
  registrationReport,
  type RiscReport,
  stateReport,
  statusReport,
  type StreamState,
  verificationReport,
} from "./risc.report";

/** What a command asks Google for. */
export interface StreamAction {
  /** All that it may send, in its order. */
  readonly requests: readonly StreamRequest[];
  /** Throws an Error that says why not, and what to do. */
  readonly run: (stream: SecurityEventStream) => Promise<RiscReport>;
}

const readState = [streamRequests.configuration, streamRequests.status];

/** Who receives what. */
export const statusQuestion: StreamAction = {
  requests: readState,
  run: async (stream) => stateReport(await read(stream)),
};

/**
 * Makes somebody the receiver.
 *
 * @param receiver his URL
 * @param events URIs
 * @param force also in the place of another
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
          `Google sends the events of this project to another receiver: ${describe(before)}\nThere is one for each project: registering ${receiver} takes its place. If that is what you want, add --force.`,
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
          `Google has taken it, but the receiver is ${after ? describe(after) : "nobody"}: somebody else has registered at the same time.`,
        );
      }
      return registrationReport(before, changed, after, status);
    },
  };
}

/** Stops the events, or lets them come. */
export function statusChange(wanted: StreamStatus): StreamAction {
  return {
    requests: [streamRequests.status, streamRequests.setStatus(wanted)],
    run: async (stream) => {
      const changed = (await stream.status()) !== wanted;
      // Where there is no stream, Google's refusal says what to do.
      if (changed) await stream.setStatus(wanted);
      return statusReport(wanted, changed);
    },
  };
}

/** Has a test event sent. @param state comes back in it */
export function verification(state: string): StreamAction {
  return {
    requests: [...readState, streamRequests.verify(state)],
    run: async (stream) => {
      const { configuration, status } = await read(stream);
      if (configuration && status === "disabled") {
        throw new Error(
          "The stream is disabled, so nothing would come. Enable it: node dist/cli.js risc enable",
        );
      }
      const comes =
        configuration?.eventsDelivered ?? configuration?.eventsRequested;
      const uri = requestableEvents.get("verification") ?? "";
      // Google would say yes, and send nothing.
      if (comes && !comes.includes(uri)) {
        throw new Error(
          "The event verification was not asked for, so nothing would come. Register with it: node dist/cli.js risc register",
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

/** Google may have written it in another way. */
function isSame(one: string, other: string): boolean {
  return (
    one === other ||
    (URL.canParse(one) && new URL(one).href === new URL(other).href)
  );
}

function sorted(texts: readonly string[]): string {
  return [...texts].sort().join();
}
