import autocannon, { type Result } from "autocannon";

/** The result of one round of load. */
export interface Round {
  readonly requestsPerSecond: number;
  /** Latency in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
}

interface Load {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  /** The bodies of the requests, used repeatedly in order. */
  readonly bodies?: readonly string[];
  /**
   * Bodies derived from previous responses; there must be one for every
   * connection.
   */
  readonly chain?: BodyChain;
  /** Duration in seconds; either this or `amount` is given. */
  readonly seconds?: number;
  /** Number of requests. */
  readonly amount?: number;
}

/** Bodies to send once, and how to derive the next ones. */
export interface BodyChain {
  readonly ready: string[];
  readonly next: (answer: string) => string;
}

export const connections = 24;

/**
 * Measures one route under load.
 *
 * @throws Error if any response is not 2xx, because the result would be
 *   meaningless
 */
export async function load(options: Load): Promise<Round> {
  const { url, method, headers, bodies, chain, seconds, amount } = options;
  let index = 0;
  // autocannon's own times only have a resolution of one second.
  let [first, last] = [Infinity, 0];
  const result = await new Promise<Result>((resolve, reject) => {
    const run = autocannon(
      {
        url,
        method,
        connections,
        ...(amount === undefined
          ? { duration: seconds ?? 4 }
          : { amount, duration: 60 }),
        headers,
        ...(bodies && {
          requests: [
            {
              method,
              setupRequest: (request) => {
                request.body = bodies[index++ % bodies.length];
                return request;
              },
            },
          ],
        }),
        ...(chain && {
          requests: [
            {
              method,
              setupRequest: (request) => {
                request.body = chain.ready.shift();
                return request;
              },
              onResponse: (_status, answer) => {
                chain.ready.push(chain.next(answer));
              },
            },
          ],
        }),
      },
      (error: unknown, measured) => {
        if (error instanceof Error) reject(error);
        else resolve(measured);
      },
    );
    run.on("response", () => {
      last = performance.now();
      first = Math.min(first, last);
    });
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(
      `${url}: ${result.non2xx} refusals and ${result.errors} errors`,
    );
  }
  return {
    requestsPerSecond: (result.requests.total * 1000) / (last - first),
    p50: result.latency.p50,
    p99: result.latency.p99,
    requests: result.requests.total,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
