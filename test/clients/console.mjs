/**
 * The input of a client's program (its first argument, JSON) and its output
 * (one JSON text on standard output). Requests use the service's public URL and
 * are sent to where it listens, as by a proxy.
 */
export const order = JSON.parse(process.argv[2] ?? "{}");

let asked = 0;

/**
 * fetch() that sends requests for the issuer's URL to the service, or to its
 * instances in turn.
 */
export const throughProxy = (input, init) => {
  const { issuer } = order;
  const instances = [order.listensAt].flat();
  const listensAt = instances[asked++ % instances.length];
  const url = String(input?.url ?? input);
  if (!url.startsWith(`${issuer}/`))
    throw new Error(`Not the issuer's: ${url}`);
  return globalThis.fetch(listensAt + url.slice(issuer.length), init);
};

/** Runs it and prints the result, or the library's error. */
export async function report(run) {
  const outcome = await run().catch((error) => ({ failed: described(error) }));
  console.log(JSON.stringify(outcome));
}

export function described(error) {
  const { name, code, error: oauthError, status, message } = error;
  return { name, code, error: oauthError, status, message };
}
