import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import { TestDatabase } from "../src/testing/test-database";
import { nodeProgram } from "../tools/package/node-program";
import { Program } from "./support/programs";
import { postJson } from "./support/requests";

/** A proxy that connects every tunnel to one port. */
class TunnelProxy {
  /** The hosts that clients asked for. */
  readonly hosts: string[] = [];
  private readonly server: Server = createServer();
  private readonly sockets = new Set<Socket>();

  private constructor(port: number) {
    this.server.on("connect", (request, client: Socket) => {
      this.hosts.push(request.url ?? "");
      const target = connect(port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        target.pipe(client).pipe(target);
      });
      for (const socket of [client, target]) {
        this.sockets.add(socket);
        socket.on("error", () => socket.destroy());
      }
    });
  }

  static async to(port: number): Promise<TunnelProxy> {
    const proxy = new TunnelProxy(port);
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    return proxy;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

describe("a service whose way to the internet is a proxy", () => {
  it("fetches Google's keys through it, with Node 24 and NODE_USE_ENV_PROXY", async () => {
    const program = await nodeProgram("24");
    const google = await GoogleEmulator.start();
    const database = await TestDatabase.create();
    const proxy = await TunnelProxy.to(Number(new URL(google.url).port));
    const cwd = mkdtempSync(join(tmpdir(), "proxy-"));
    chmodSync(cwd, 0o755);
    const service = Program.start("src/main.ts", {
      ...{ cwd, program },
      env: {
        PORT: "0",
        DATABASE_URL: database.url,
        ...google.environment(),
        // No name server knows it.
        GOOGLE_CERTS_URL: `http://google.invalid${googlePaths.certs}`,
        NODE_USE_ENV_PROXY: "1",
        HTTP_PROXY: proxy.url,
      },
    });
    try {
      await service.says("Listening on");
      const url = /Listening on (\S+)/.exec(service.stderr)?.[1] ?? "";
      const site = {
        fetch: (path: string, init?: RequestInit) => fetch(url + path, init),
      };
      const idToken = await google.idToken();
      const { status } = await postJson(site, "/auth/google", { idToken });
      expect([status, new Set(proxy.hosts)]).toEqual([
        200,
        new Set(["google.invalid:80"]),
      ]);
    } finally {
      service.signal("SIGTERM");
      await service.ended();
      rmSync(cwd, { recursive: true });
      proxy.stop();
      await database.destroy();
      await google.stop();
    }
  });
});
