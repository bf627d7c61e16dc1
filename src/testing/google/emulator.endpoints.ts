import type { Server } from "node:http";
import type { EmulatorRoute } from "./emulator-answer";
import { CONTROL_PREFIX } from "./emulator.control";
import { close, createEmulatorServer, listen, urlOf } from "./emulator.http";
import { EmulatorInputError } from "./emulator-input";
import { FaultBoard, type EndpointFault } from "./faults";
import type { GoogleEmulatorOptions } from "./emulator.options";
import type { GoogleRequestLog } from "./request-log";

/** What is served, and what keeps record of it. */
interface Served {
  readonly routes: readonly EmulatorRoute[];
  /** Gets every request but those to the control API. */
  readonly log: GoogleRequestLog;
  /** The time by the emulator's clock. */
  readonly now: () => Date;
}

/** The endpoints of an emulator over HTTP, and the faults they have. */
export class EmulatorEndpoints {
  readonly #faults = new FaultBoard();
  readonly #routes: readonly EmulatorRoute[];
  readonly #server: Server;
  #url = "";

  constructor({ routes, log, now }: Served) {
    this.#routes = routes;
    this.#server = createEmulatorServer({
      routes,
      faults: this.#faults,
      now,
      seen: (request) => {
        if (!request.path.startsWith(CONTROL_PREFIX)) {
          log.add({ ...request, receivedAt: now() });
        }
      },
    });
  }

  /**
   * Starts listening.
   *
   * @throws Error when it cannot listen, such as on a port that is taken
   */
  async listen({
    host = "127.0.0.1",
    port = 0,
    publicUrl,
  }: GoogleEmulatorOptions): Promise<void> {
    const bound = await listen(this.#server, host, port);
    this.#url = publicUrl?.replace(/\/+$/, "") ?? urlOf(host, bound.port);
  }

  /** The base URL, without a slash at its end; empty before it listens. */
  get url(): string {
    return this.#url;
  }

  /** Stops at once, hung requests and all. */
  close(): Promise<void> {
    return close(this.#server);
  }

  /** The faults in force, by path. */
  get faults(): Readonly<Record<string, EndpointFault>> {
    return this.#faults.all;
  }

  /** The paths that {@link setFault} takes: all but the control API's. */
  get spoilablePaths(): readonly string[] {
    return [...new Set(this.#routes.map(({ path }) => path))].filter(
      (path) => !path.startsWith(CONTROL_PREFIX),
    );
  }

  /**
   * Spoils an endpoint, in place of its last fault.
   *
   * @throws EmulatorInputError when nothing is served at the path, or the fault is wrong
   */
  setFault(path: string, fault: EndpointFault): void {
    const paths = this.spoilablePaths;
    // A misspelt path would make a test pass that tests nothing.
    if (!paths.includes(path)) {
      throw new EmulatorInputError(
        `Nothing to spoil at "${path}"; there are ${paths.join(", ")}.`,
      );
    }
    this.#faults.set(path, fault);
  }

  /** Ends the faults of one endpoint, or of all. */
  clearFaults(path?: string): void {
    this.#faults.clear(path);
  }
}
