import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Clock } from "../src/common/clock.port";
import { gateOf, type RequestGate } from "../src/fastify/request-gate";
import { ReadinessChecks } from "../src/health/readiness-checks";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { Program } from "./support/programs";
import { connectTo, received, replyIn } from "./support/raw-connection";
import { signIn } from "./support/requests";

const front = "https://app.example.com";
const ready = "GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n";

describe("more requests than a service can handle", () => {
  let google: GoogleEmulator;
  let service: TestService;
  let clock: SteppedClock;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    clock = new SteppedClock();
    service = await TestService.start(google, {
      env: {
        DATABASE_POOL_SIZE: "2",
        CORS_ORIGINS: front,
        TRUSTED_PROXIES: "127.0.0.1",
      },
      providers: [{ provide: Clock, useValue: clock }],
    });
  });

  afterAll(async () => {
    await service.stop();
    await google.stop();
  });

  it("run one readiness check at a time, and at most one a second", async () => {
    const checked = jest.spyOn(service.app.get(ReadinessChecks), "all");
    const ask = () =>
      Promise.all(
        Array.from({ length: 30 }, async () => {
          const { status } = await service.fetch("/health/ready");
          expect(status).toBe(200);
        }),
      );
    clock.step(1);
    await ask();
    await ask();
    expect(checked).toHaveBeenCalledTimes(1);
    clock.step(1);
    await ask();
    expect(checked).toHaveBeenCalledTimes(2);
  });

  it("in one pipeline are refused with a problem document, and the connection is closed", async () => {
    const socket = connectTo(service);
    socket.write(ready.repeat(250));
    const text = await received(socket, 5000);
    const answers = text.split(/(?=HTTP\/1\.1 \d{3} )/);
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual([
      ...Array.from({ length: 32 }, () => "200"),
      "503",
    ]);
    const [head = "", body = ""] = answers.at(-1)?.split("\r\n\r\n") ?? [];
    expect(head).toMatch(/^Retry-After: [1-9]/m);
    expect(head).toMatch(/^Connection: close/m);
    expect(head).toMatch(/^content-security-policy: /m);
    expect(JSON.parse(body)).toMatchObject({ code: "service_unavailable" });
    expect(service.logLines.join("")).toContain("more requests at once");
  });

  it("leave half of the capacity to others, and can be read across origins", async () => {
    const head = (ip: string) =>
      `GET /health/ready HTTP/1.1\r\nHost: a\r\nOrigin: ${front}\r\nX-Forwarded-For: ${ip}\r\n`;
    const checks = service.app.get(ReadinessChecks);
    let finish = () => {};
    const held = new Promise<void>((resolve) => (finish = resolve));
    const all = checks.all();
    jest.spyOn(checks, "all").mockReturnValueOnce([
      async () => {
        await held;
        return (await all[0]?.()) as never;
      },
    ]);
    clock.step(1);
    const greedy = Array.from({ length: 16 }, () => {
      const socket = connectTo(service);
      socket.write(`${head("203.0.113.9")}\r\n`.repeat(31));
      return socket;
    });
    const gate = gateOf(service.app.getHttpServer()) as RequestGate;
    while (gate.size < 496) await delay(10);
    const more = connectTo(service);
    more.write(`${head("203.0.113.9")}\r\n`.repeat(4));
    while (gate.size < 500) await delay(10);
    const refused = connectTo(service);
    refused.write(`${head("203.0.113.9")}Connection: close\r\n\r\n`);
    const answer = replyIn(await received(refused, 5000));
    expect(answer.status).toBe(503);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "retry-after": "1",
      "access-control-allow-origin": front,
      "access-control-allow-credentials": "true",
      vary: "Origin",
    });
    const idToken = await google.idToken();
    expect((await signIn(service, idToken)).status).toBe(200);
    finish();
    for (const socket of [...greedy, more]) socket.destroy();
  });

  it("in eight pipelines do not prevent sign-ins", async () => {
    const flood = Array.from({ length: 8 }, () => {
      const socket = connectTo(service);
      socket.write(ready.repeat(250));
      return received(socket, 5000);
    });
    const idToken = await google.idToken();
    const startedAt = performance.now();
    expect((await signIn(service, idToken)).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await Promise.all(flood);
  });
});

describe("a service with 256 MB of heap", () => {
  const folder = mkdtempSync(join(tmpdir(), "load-"));

  afterAll(() => rmSync(folder, { recursive: true }));

  it("survives bursts of 1400 requests on each of 60 connections", async () => {
    const google = await GoogleEmulator.start();
    const database = await TestDatabase.create();
    const service = Program.start("src/main.ts", {
      cwd: folder,
      env: {
        ...google.environment(),
        DATABASE_URL: database.url,
        LOG_LEVEL: "warn",
        NODE_OPTIONS: "--max-old-space-size=256",
        PORT: "0",
      },
    });
    try {
      await service.says("Listening on");
      const url = /Listening on (\S+)/.exec(service.stderr)?.[1] ?? "";
      const { port, hostname } = new URL(url);
      const burst = ready.repeat(1400);
      const hammer = async () => {
        const socket: Socket = connect(Number(port), hostname);
        socket.on("error", () => undefined);
        socket.resume();
        socket.write(burst);
        await once(socket, "close").catch(() => undefined);
      };
      for (let round = 0; round < 3; round++) {
        await Promise.all(Array.from({ length: 60 }, hammer));
      }
      // A check during the burst may have failed, and its result is cached for
      // a second.
      let [status, attempts] = [0, 0];
      while (status !== 200 && attempts++ < 10) {
        await delay(500);
        ({ status } = await fetch(`${url}/health/ready`));
      }
      expect(status).toBe(200);
      service.signal("SIGTERM");
      expect(await service.ended()).toBe(0);
    } finally {
      service.signal("SIGKILL");
      await service.ended();
      await database.destroy();
      await google.stop();
    }
  });
});
