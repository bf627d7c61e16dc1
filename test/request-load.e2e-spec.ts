import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Clock } from "../src/common/clock.port";
import { ReadinessChecks } from "../src/health/readiness-checks";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { Program } from "./support/programs";
import { connectTo, received } from "./support/raw-connection";
import { signIn } from "./support/requests";
import { rounds } from "./support/extent";

const ready = "GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n";

describe("more requests than a service can work on", () => {
  let google: GoogleEmulator;
  let service: TestService;
  let clock: SteppedClock;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    clock = new SteppedClock();
    service = await TestService.start(google, {
      env: { DATABASE_POOL_SIZE: "2" },
      providers: [{ provide: Clock, useValue: clock }],
    });
  });

  afterAll(async () => {
    await service.stop();
    await google.stop();
  });

  it("check readiness one at a time, and at most once a second", async () => {
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

  it("in one pipeline are refused as a problem, and the connection is closed", async () => {
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

  it("in eight pipelines keep nobody from signing in", async () => {
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

  it("outlives bursts of 1400 requests on each of 60 connections", async () => {
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
      for (let round = 0; round < rounds(1, 3); round++) {
        await Promise.all(Array.from({ length: 60 }, hammer));
      }
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
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
