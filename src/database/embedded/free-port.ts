import { createServer } from "node:net";

/**
 * A TCP port of 127.0.0.1 that is free at the moment: the wanted one if it is.
 *
 * @param wanted 0 for any
 */
export async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? 0;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() =>
        resolve(address && typeof address === "object" ? address.port : port),
      );
    });
  });
}
