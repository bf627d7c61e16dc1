import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { gateOf, guard, RequestGate } from "./request-gate";

describe("a gate in front of a server", () => {
  let server: Server;
  let sockets: Socket[];
  /** The admitted requests without a response yet, by path. */
  let held: Map<string, ServerResponse>;

  const gate = () => gateOf(server) as RequestGate;
  const hold = (request: IncomingMessage, response: ServerResponse) => {
    held.set(request.url ?? "", response);
    request.resume();
    server.emit("held");
  };
  const refuse = (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(503).end("refused");

  beforeEach(async () => {
    sockets = [];
    held = new Map();
    server = createServer();
    guard(
      server,
      new RequestGate({
        handle: hold,
        refuse,
        networkOf: ({ headers }) => String(headers.from),
        limits: { perConnection: 3, inAll: 4 },
      }),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  /** A request head; by default each path has its own client network. */
  const head = (path: string, more = "", from = path) =>
    `GET ${path} HTTP/1.1\r\nHost: a\r\nFrom: ${from}\r\n${more}\r\n`;
  const send = (...texts: string[]) => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    sockets.push(socket);
    socket.write(texts.join(""));
    return socket;
  };
  const holding = async (...paths: string[]) => {
    while (paths.some((path) => !held.has(path))) await once(server, "held");
  };
  const answer = (path: string) => held.get(path)?.end("done");
  /** Reads until a text arrives, and returns everything received. */
  const until = async (socket: Socket, text: string) => {
    let received = "";
    while (!received.includes(text)) {
      const [chunk] = (await once(socket, "data")) as [Buffer];
      received += String(chunk);
    }
    return received;
  };

  it("refuses excess requests on one connection in order, and closes it", async () => {
    const socket = send(...["/1", "/2", "/3", "/4", "/5"].map((p) => head(p)));
    await holding("/1", "/2", "/3");
    for (const path of ["/3", "/2", "/1"]) answer(path);
    let received = "";
    socket.on("data", (chunk) => (received += String(chunk)));
    await once(socket, "close");

    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual([
      ...["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 200"],
      "HTTP/1.1 503",
    ]);
    expect(received.match(/Connection: \S+/g)?.at(-1)).toBe(
      "Connection: close",
    );
    expect([...held.keys()]).toEqual(["/1", "/2", "/3"]);
  });

  it("refuses excess requests overall, and admits them when there is room again", async () => {
    send(head("/1"), head("/2"));
    send(head("/3"), head("/4"));
    await holding("/1", "/2", "/3", "/4");
    const late = send(head("/5"));
    expect(await until(late, "refused")).toContain("HTTP/1.1 503");
    answer("/1");
    late.write(head("/6"));
    await holding("/6");
    answer("/6");
    expect(await until(late, "done")).toContain("HTTP/1.1 200");
  });

  it("allows a network as many places as are free, so others always have one", async () => {
    const greedy = send(head("/1", "", "a"), head("/2", "", "a"));
    await holding("/1", "/2");
    greedy.write(head("/3", "", "a"));
    const other = send(head("/4", "", "b"));
    await holding("/4");
    // Two clients take a third each.
    other.write(head("/5", "", "b"));
    const third = send(head("/6", "", "c"));
    await holding("/6");
    expect([...held.keys()]).toEqual(["/1", "/2", "/4", "/6"]);

    for (const path of ["/1", "/2", "/4", "/6"]) answer(path);
    expect(await until(greedy, "refused")).toContain("HTTP/1.1 503");
    expect(await until(third, "done")).toContain("HTTP/1.1 200");
    greedy.write(head("/7", "", "a"));
    await holding("/7");
  });

  it("admits liveness under any load", async () => {
    gate().alwaysAnswered = "/health/live";
    send(head("/1"), head("/2"));
    send(head("/3"), head("/4"));
    await holding("/1", "/2", "/3", "/4");
    send(head("/health/live"));
    await holding("/health/live");
  });

  it("does not count requests that have not been received completely", async () => {
    for (const path of ["/1", "/2", "/3", "/4", "/5"]) {
      send(head(path, "Content-Length: 2\r\n"), "a");
    }
    await holding("/1", "/2", "/3", "/4", "/5");
    expect(gate().size).toBe(0);
    send(head("/6"));
    await holding("/6");
    expect(gate().size).toBe(1);
  });

  it("counts a request of a disconnected client until it is done", async () => {
    const gone = send(head("/1"), head("/2"), head("/3"));
    send(head("/4"));
    await holding("/1", "/2", "/3", "/4");
    const closed = once((held.get("/1") as ServerResponse).req.socket, "close");
    gone.destroy();
    await closed;
    const late = send(head("/5"));
    await until(late, "refused");
    for (const path of ["/1", "/2", "/3"]) answer(path);
    late.write(head("/6"));
    await holding("/6");
    expect(gate().size).toBe(2);
  });

  it("when draining, closes every connection after its response", async () => {
    const before = send(head("/1"));
    await holding("/1");
    gate().drain();
    answer("/1");
    const after = send(head("/2"));
    await holding("/2");
    answer("/2");

    for (const socket of [before, after]) {
      expect(await until(socket, "done")).toContain("Connection: close");
    }
  });
});
