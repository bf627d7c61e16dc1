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

/** Serves one answer with a fault; `settled` is when the work on it has ended. */
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

describe("an oversized answer", () => {
  describe("when the client leaves in the middle of it", () => {
    it("then the rest is never written", async () => {
      const { request, settled } = await serve({ oversized: 1e12 });
      request.once("response", (response) => {
        response.on("error", () => {});
        response.once("data", () => request.destroy());
      });
      await expect(settled).resolves.toBeUndefined();
    });
  });
});

describe("a slow answer", () => {
  describe("when the client leaves before it", () => {
    it("then nobody waits for its time any longer", async () => {
      const { request, seen, settled } = await serve({ latencyMs: 3_600_000 });
      await seen;
      request.destroy();
      await expect(settled).resolves.toBeUndefined();
    });
  });
});

describe("a dripping answer", () => {
  describe("when the client leaves in the middle of it", () => {
    it("then the next byte is not waited for", async () => {
      const { request, settled } = await serve({ dripMs: 3_600_000 });
      request.once("response", (response) => {
        response.on("error", () => {});
        response.once("data", () => request.destroy());
      });
      await expect(settled).resolves.toBeUndefined();
    });
  });
});
