import type { FastifyInstance } from "fastify";

type Done = (error: Error | null, body?: unknown) => void;
type Parse = (request: unknown, body: unknown, done: Done) => unknown;
type AddParser = (
  this: unknown,
  type: unknown,
  ...optionsAndParse: unknown[]
) => unknown;

/**
 * Treats an empty chunked body as no body, regardless of its type: for every
 * parser that is added from now on. Done in Fastify, because Nest's adapter
 * registers its parsers differently in each version.
 */
export function acceptEmptyBodies(fastify: FastifyInstance): void {
  const add = fastify.addContentTypeParser as AddParser;
  const addLenient: AddParser = function (type, ...optionsAndParse) {
    const parse = optionsAndParse.pop() as Parse;
    return add.call(this, type, ...optionsAndParse, lenient(parse));
  };
  fastify.addContentTypeParser = addLenient as never;
}

/** A parser that is not called for an empty body; streams are never empty. */
function lenient(parse: Parse): Parse {
  return (request, body, done) => {
    const isText = typeof body === "string" || Buffer.isBuffer(body);
    if (!isText || body.length > 0) return parse(request, body, done);
    done(null, undefined);
    return undefined;
  };
}
