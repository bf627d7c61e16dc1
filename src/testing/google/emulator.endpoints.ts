import type { Server } from "node:http";
import type { EmulatorRoute } from "./emulator-answer";
import { CONTROL_PREFIX } from "./emulator.control";
import { close, createEmulatorServer, listen, urlOf } from "./emulator.http";
import { EmulatorInputError } from "./emulator-input";
import { FaultBoard, type EndpointFault } from "./faults";
import type { GoogleEmulatorOptions } from "./emulator.options";
import type { GoogleRequestLog } from "./request-log";

/** The served routes and the request log. */
interface Served {
  readonly routes: readonly EmulatorRoute[];
  /** Receives all requests except those to the control API. */
  readonly log: GoogleRequestLog;
  /** The time by the emulator's clock. */
  readonly now: () => Date;
}

/** The HTTP endpoints of an emulator, and their faults. */
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
   * @throws Error if it cannot listen, for example because the port is in use
   */
  async listen({
    host = "127.0.0.1",
    port = 0,
    publicUrl,
  }: GoogleEmulatorOptions): Promise<void> {
    const bound = await listen(this.#server, host, port);
    this.#url = publicUrl?.replace(/\/+$/, "") ?? urlOf(host, bound.port);
  }

  /** The base URL without a trailing slash; empty before it listens. */
  get url(): string {
    return this.#url;
  }

  /** Stops immediately, including pending requests. */
  close(): Promise<void> {
    return close(this.#server);
  }

  /** The active faults, by path. */
  get faults(): Readonly<Record<string, EndpointFault>> {
    return this.#faults.all;
  }

  /** The paths that {@link setFault} accepts: all except the control API's. */
  get spoilablePaths(): readonly string[] {
    return [...new Set(this.#routes.map(({ path }) => path))].filter(
      (path) => !path.startsWith(CONTROL_PREFIX),
    );
  }

  /**
   * Sets the fault of an endpoint, replacing the previous one.
   *
   * @throws EmulatorInputError if nothing is served at the path or the fault is
   *   invalid
   */
  setFault(path: string, fault: EndpointFault): void {
    const paths = this.spoilablePaths;
    // Otherwise a test with a misspelled path would pass without testing
    // anything.
    if (!paths.includes(path)) {
      throw new EmulatorInputError(
        `No endpoint at "${path}"; the endpoints are ${paths.join(", ")}.`,
      );
    }
    this.#faults.set(path, fault);
  }

  /** Removes the fault of one endpoint, or of all. */
  clearFaults(path?: string): void {
    this.#faults.clear(path);
  }
}
