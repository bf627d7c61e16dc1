import { createServer } from "node:net";

/** How many ports after the preferred one are tried. */
const attempts = 20;

/**
 * Ports above 1023 that fetch() and browsers refuse to talk to, such as X11's.
 *
 * @see https://fetch.spec.whatwg.org/#port-blocking
 */
const blockedPorts = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666,
  6667, 6668, 6669, 6679, 6697, 10080,
]);

/**
 * Starts something on the preferred port of 127.0.0.1, or on the next free one;
 * tries again if another process takes a port first.
 *
 * @param start called with a port that was free a moment ago
 * @throws Error if all of them are taken, or what `start` throws otherwise
 */
export async function onFreePort<T>(
  wished: number,
  start: (port: number) => Promise<T>,
): Promise<T> {
  for (let port = wished; port < wished + attempts; port++) {
    if (blockedPorts.has(port) || !(await isFree(port))) continue;
    try {
      return await start(port);
    } catch (error) {
      if (!isPortTaken(error)) throw error;
    }
  }
  throw new Error(
    `Ports ${wished} to ${wished + attempts - 1} are all taken; choose another with --port.`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host: "127.0.0.1", port }, () =>
      probe.close(() => resolve(true)),
    );
  });
}

function isPortTaken(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return code === "EADDRINUSE" || (cause !== undefined && isPortTaken(cause));
}
