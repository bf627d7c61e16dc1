import { securityEventTypes } from "../src/testing/google/risc.events";
import { Program } from "./support/programs";
import {
  allEvents,
  registered,
  useRiscCommand,
  wordsOf,
} from "./support/use-risc-command";

describe("the risc commands", () => {
  const site = useRiscCommand();

  it("register once, print the previous receiver, and replace another one only with a flag", async () => {
    const none = await site.run("status --json");
    expect([none.status, JSON.parse(none.stdout)]).toEqual([
      0,
      { registered: false },
    ]);
    const first = await site.run("register --json", registered);
    expect([first.status, first.stderr]).toEqual([0, ""]);
    const stream = {
      receiver: "https://app.example/security-events",
      eventsRequested: allEvents,
      eventsDelivered: allEvents,
    };
    expect(JSON.parse(first.stdout)).toEqual({
      ...{ changed: true, before: null, status: "enabled" },
      ...stream,
    });
    const again = await site.run("register", registered);
    expect([again.status, again.stderr]).toEqual([0, ""]);
    expect(again.stdout).toContain("Nothing to do");
    expect(site.google.requestCount("/v1beta/stream:update")).toBe(1);

    const other = "register --endpoint https://app.example/other --json";
    const refused = await site.run(other);
    expect([refused.status, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain(stream.receiver);
    expect(refused.stderr).toContain("--force");
    expect(site.google.requestCount("/v1beta/stream:update")).toBe(1);
    const forced = await site.run(
      `${other} --force --event tokens-revoked --event ${allEvents[0]}`,
    );
    expect(forced.status).toBe(0);
    const requested = [securityEventTypes["tokens-revoked"], allEvents[0]];
    expect(JSON.parse(forced.stdout)).toMatchObject({
      changed: true,
      before: stream,
      receiver: "https://app.example/other",
      eventsRequested: requested,
    });
    const status = await site.run("status");
    expect(status.stdout).toContain("https://app.example/other");
    expect(status.stdout).toContain("tokens-revoked, sessions-revoked\n");
    // Google would accept the request but send nothing.
    const verify = await site.run("verify");
    expect([verify.status, verify.stdout]).toEqual([1, ""]);
    expect(verify.stderr).toContain("verification was not requested");
  });

  it("disable and enable the events, and request a test event", async () => {
    await site.run("register", registered);
    const off = await site.run("disable");
    expect([off.status, off.stderr]).toEqual([0, ""]);
    expect(off.stdout).toContain("the stream is disabled");
    const lost = await site.run("verify --state s-1");
    expect([lost.status, lost.stdout]).toEqual([1, ""]);
    expect(lost.stderr).toContain("risc enable");
    expect(site.google.requestCount("/v1beta/stream:verify")).toBe(0);
    const on = await site.run("enable --json");
    expect(JSON.parse(on.stdout)).toEqual({ changed: true, status: "enabled" });
    const twice = await site.run("enable --json");
    expect(JSON.parse(twice.stdout)).toMatchObject({ changed: false });
    const verify = await site.run("verify --state s-1 --json");
    expect([verify.status, JSON.parse(verify.stdout)]).toEqual([
      0,
      {
        requested: true,
        state: "s-1",
        receiver: "https://app.example/security-events",
      },
    ]);
    expect(site.google.deliveries).toMatchObject([
      { type: securityEventTypes.verification },
    ]);
  });

  it("show what they would send, and send nothing", async () => {
    const endpoint = "https://app.example/e";
    const [text, json, ...others] = await Promise.all([
      site.run(`register --dry-run --endpoint ${endpoint}`),
      site.run(`register --dry-run --endpoint ${endpoint} --json`),
      ...["status", "enable", "disable", "verify"].map((command) =>
        site.run(`${command} --dry-run`),
      ),
    ]);
    for (const { status, stderr, stdout } of [text, ...others]) {
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toContain("Nothing was sent");
      expect(stdout).toContain(`authorization: Bearer <a token that risc-`);
    }
    const { requests } = JSON.parse(json.stdout) as {
      requests: readonly unknown[];
    };
    expect(requests).toContainEqual({
      method: "POST",
      url: `${site.google.url}/v1beta/stream:update`,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        authorization: expect.stringContaining(
          site.key.private_key_id,
        ) as string,
      },
      body: {
        delivery: {
          delivery_method:
            "https://schemas.openid.net/secevent/risc/delivery-method/push",
          url: endpoint,
        },
        events_requested: allEvents,
      },
    });
    expect(site.google.requestCount()).toBe(0);
  });

  it("are part of the program, which exits with the command's status", async () => {
    const ends = await Promise.all(
      ["events --json", "status --timeout 3", "nothing"].map(async (args) => {
        const program = Program.start("src/cli.ts", {
          cwd: site.cwd,
          args: ["risc", ...wordsOf(args)],
          env: {
            ...site.environment(),
            GOOGLE_APPLICATION_CREDENTIALS: site.cwd,
          },
        });
        return [await program.ended(), program.stderr === ""];
      }),
    );
    expect(ends).toEqual([
      [0, true],
      [1, false],
      [2, false],
    ]);
  });

  it("list the events without a key, and print help", async () => {
    const [json, text, help] = await Promise.all([
      site.run("events --json", { GOOGLE_APPLICATION_CREDENTIALS: "" }),
      site.run("events"),
      site.run("register --help"),
    ]);
    const listed = JSON.parse(json.stdout) as { uri: string }[];
    expect(listed.map(({ uri }) => uri)).toEqual(allEvents);
    expect(text.stdout).toContain("ends earlier sessions");
    expect([help.status, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("GOOGLE_APPLICATION_CREDENTIALS");
  });
});
