/**
 * What a client's program is told (its first argument, JSON) and how it answers
 * (one JSON text on standard output). The service is reached where it listens,
 * under the address that it has for the world: as behind a proxy.
 */
export const order = JSON.parse(process.argv[2] ?? "{}");

let asked = 0;

/** fetch(), with the issuer's address turned into where the service listens, or its instances in turn. */
export const throughProxy = (input, init) => {
  const { issuer } = order;
  const instances = [order.listensAt].flat();
  const listensAt = instances[asked++ % instances.length];
  const url = String(input?.url ?? input);
  if (!url.startsWith(`${issuer}/`)) throw new Error(`Not ours: ${url}`);
  return globalThis.fetch(listensAt + url.slice(issuer.length), init);
};

/** Runs it and prints what came of it; an error by what its library says of it. */
export async function report(run) {
  const outcome = await run().catch((error) => ({ failed: described(error) }));
  console.log(JSON.stringify(outcome));
}

export function described(error) {
  const { name, code, error: oauthError, status, message } = error;
  return { name, code, error: oauthError, status, message };
}
