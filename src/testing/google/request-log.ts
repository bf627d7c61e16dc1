import type { EmulatorRequest } from "./emulator-answer";

/** A request to the emulator, regardless of the response. */
export interface SeenRequest extends EmulatorRequest {
  /** By the emulator's clock. */
  readonly receivedAt: Date;
}

const KEPT = 1000;

/** Counts all requests and keeps the latest 1000. */
export class GoogleRequestLog {
  readonly #latest: SeenRequest[] = [];
  readonly #counts = new Map<string, number>();

  /** The latest requests, oldest first. */
  get latest(): readonly SeenRequest[] {
    return [...this.#latest];
  }

  /** The number of requests to each path. */
  get counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** The number of requests to a path, or to all paths. */
  count(path?: string): number {
    if (path !== undefined) {
      return this.#counts.get(path) ?? 0;
    }
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  add(request: SeenRequest): void {
    this.#counts.set(request.path, this.count(request.path) + 1);
    if (this.#latest.push(request) > KEPT) {
      this.#latest.shift();
    }
  }

  clear(): void {
    this.#latest.length = 0;
    this.#counts.clear();
  }
}
