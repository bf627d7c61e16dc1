import Fastify, { type FastifyInstance } from "fastify";
import { acceptEmptyBodies } from "./empty-bodies";

/**
 * Guards against parsers without their bodies, however they are registered.
 * Nest 12.5 passes no parser to `useBodyParser`, and JSON bodies arrived as
 * bytes.
 */
describe("acceptEmptyBodies", () => {
  const seen: unknown[] = [];
  let fastify: FastifyInstance;

  beforeEach(() => {
    seen.length = 0;
    fastify = Fastify();
    acceptEmptyBodies(fastify);
    fastify.post("/", ({ body }) => ({ body: body ?? "none" }));
  });

  afterEach(() => fastify.close());

  const post = async (type: string, payload: string) => {
    const headers = {
      ...{ "content-type": type, "transfer-encoding": "chunked" },
    };
    const answer = await fastify.inject({
      ...{ method: "POST", url: "/", headers, payload },
    });
    return answer.json<{ body?: unknown }>().body;
  };

  it("calls a parser with callback for a body, and not for an empty one", async () => {
    fastify.addContentTypeParser(
      ["text/a", "text/b"],
      { parseAs: "buffer" },
      (_request, body, done) => {
        seen.push(body);
        done(null, `read ${body.toString()}`);
      },
    );
    expect(await post("text/a", "x")).toBe("read x");
    expect(await post("text/b", "y")).toBe("read y");
    expect(await post("text/b", "")).toBe("none");
    expect(seen).toHaveLength(2);
  });

  it("calls a parser that returns a promise", async () => {
    fastify.addContentTypeParser(
      "text/a",
      { parseAs: "string" },
      (_request: unknown, body: unknown) => Promise.resolve([body]),
    );
    expect(await post("text/a", "x")).toEqual(["x"]);
    expect(await post("text/a", "")).toBe("none");
  });

  it("does not change a stream parser without options", async () => {
    fastify.addContentTypeParser(
      "text/a",
      async (_request: unknown, payload: AsyncIterable<unknown>) => {
        let text = "";
        for await (const chunk of payload) text += String(chunk);
        return { text };
      },
    );
    expect(await post("text/a", "x")).toEqual({ text: "x" });
    expect(await post("text/a", "")).toEqual({ text: "" });
  });

  it("applies to a plugin's parsers, which stay in the plugin", async () => {
    await fastify.register((plugin, _options, done) => {
      plugin.addContentTypeParser(
        "text/a",
        { parseAs: "string" },
        (_request, body, parsed) => parsed(null, `plugin's ${String(body)}`),
      );
      plugin.post("/plugin", ({ body }) => ({ body: body ?? "none" }));
      done();
    });
    const headers = { "content-type": "text/a" };
    const inject = (url: string) =>
      fastify.inject({ method: "POST", url, headers, payload: "x" });
    const answer = await inject("/plugin");
    expect(answer.json()).toEqual({ body: "plugin's x" });
    expect((await inject("/")).statusCode).toBe(415);
  });
});
