import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseEnv } from "node:util";
import { Program } from "./support/programs";

type Json = Record<string, unknown>;

const page = readFileSync(resolve(__dirname, "../docs/emulator.md"), "utf8");

describe("npm run emulator", () => {
  let program: Program;
  let settings: Record<string, string | undefined>;
  let url: string;
  let receiver: Server;
  const received: string[] = [];

  beforeAll(async () => {
    program = Program.start("src/testing/google/emulator.server.ts", {
      cwd: tmpdir(),
      args: ["--port", "0"],
    });
    await program.says("GOOGLE_RISC_CONFIG_URL=http");
    settings = parseEnv(program.stdout);
    url = new URL(settings.GOOGLE_TOKEN_URL ?? "").origin;
    receiver = createServer((request, response) => {
      void text(request).then((token) => {
        received.push(token);
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((listening) => {
      receiver.listen(0, "127.0.0.1", listening);
    });
  });

  afterAll(async () => {
    program.signal("SIGKILL");
    receiver.closeAllConnections();
    await new Promise((closed) => receiver.close(closed));
  });

  async function order(path: string, body?: unknown) {
    const response = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as Json };
  }

  describe("when a code is requested over HTTP", () => {
    it("then a service with the printed settings exchanges it", async () => {
      const { json } = await order("/emulator/authorization-code", {
        account: "workspace",
      });
      const response = await fetch(settings.GOOGLE_TOKEN_URL ?? "", {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code: String(json.code),
          client_id: settings.GOOGLE_CLIENT_IDS?.split(",")[0] ?? "",
          client_secret: settings.GOOGLE_CLIENT_SECRET ?? "",
          redirect_uri: "postmessage",
        }),
      });
      expect(response.status).toBe(200);
      const { access_token } = (await response.json()) as Json;
      const userInfo = await fetch(settings.GOOGLE_USERINFO_URL ?? "", {
        headers: { authorization: `Bearer ${String(access_token)}` },
      });
      expect(await userInfo.json()).toMatchObject({
        email: "grace@navy.example",
      });
    });
  });

  describe("when a security event is requested over HTTP", () => {
    it("then it is sent to the configured receiver", async () => {
      const { port } = receiver.address() as AddressInfo;
      const { status, json } = await order("/emulator/security-events", {
        type: "account-disabled",
        reason: "hijacking",
        to: `http://127.0.0.1:${port}/security-events`,
      });
      expect(status).toBe(200);
      expect(json.deliveries).toMatchObject([{ outcome: "delivered" }]);
      expect(received).toEqual([json.token]);
    });
  });

  describe("when it is compared with its documentation", () => {
    const paths = [...page.matchAll(/`(GET|POST|DELETE) +(\/[^\s`?]+)/g)];

    it("then the page names at least one path of each part", () => {
      expect(paths.length).toBeGreaterThan(15);
    });

    it.each(paths.map(([, method = "", path = ""]) => [method, path]))(
      "then %s %s is served",
      async (method, path) => {
        const { status } = await fetch(url + path, { method });
        expect([404, 405, 500]).not.toContain(status);
      },
    );
  });

  describe("when it receives SIGTERM", () => {
    it("then it ends without an error", async () => {
      program.signal("SIGTERM");
      expect(await program.ended()).toBe(0);
      expect(program.stderr).not.toContain("Error");
    });
  });
});
