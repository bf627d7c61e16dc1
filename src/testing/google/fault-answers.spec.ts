import { once } from "node:events";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { jsonAnswer } from "./emulator-answer";
import { sendSpoiled } from "./fault-answers";
import type { EndpointFault } from "./faults";

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves one response with a fault; `settled` resolves when it is done. */
async function serve(fault: EndpointFault) {
  const serving = createServer();
  server = serving;
  const seen = once(serving, "request");
  const settled = new Promise<void>((resolve, reject) => {
    serving.once("request", (_, response) => {
      sendSpoiled(response, jsonAnswer({}), fault).then(resolve, reject);
    });
  });
  serving.listen(0, "127.0.0.1");
  await once(serving, "listening");
  const { port } = serving.address() as AddressInfo;
  const request = get({ port, host: "127.0.0.1" });
  request.on("error", () => {});
  return { request, seen, settled };
}

describe("an oversized response", () => {
  describe("when the client disconnects during it", () => {
    it("then the rest is not written", async () => {
      const { request, settled } = await serve({ oversized: 1e12 });
      request.once("response", (response) => {
        response.on("error", () => {});
        response.once("data", () => request.destroy());
      });
      await expect(settled).resolves.toBeUndefined();
    });
  });
});

describe("a slow response", () => {
  describe("when the client disconnects before it", () => {
    it("then the delay is cancelled", async () => {
      const { request, seen, settled } = await serve({ latencyMs: 3_600_000 });
      await seen;
      request.destroy();
      await expect(settled).resolves.toBeUndefined();
    });
  });
});

describe("a dripping response", () => {
  describe("when the client disconnects during it", () => {
    it("then the delay of the next byte is cancelled", async () => {
      const { request, settled } = await serve({ dripMs: 3_600_000 });
      request.once("response", (response) => {
        response.on("error", () => {});
        response.once("data", () => request.destroy());
      });
      await expect(settled).resolves.toBeUndefined();
    });
  });
});
