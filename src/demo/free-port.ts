import { createServer } from "node:net";

/** How many ports after the wished one are tried. */
const attempts = 20;

/**
 * The wished port of 127.0.0.1, or the next one that nobody uses.
 *
 * @throws Error when all of them are taken
 */
export async function freePortFrom(wished: number): Promise<number> {
  for (let port = wished; port < wished + attempts; port++) {
    if (await isFree(port)) return port;
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
