import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { securityEventTypes } from "../src/testing/google/risc.events";
import type { ServiceAccountKey } from "../src/testing/google/service-account";
import { riscCommand } from "../src/service/cli/risc.command";
import { type Outcome, runCommand } from "./support/command-run";
import { Program } from "./support/programs";

const all = Object.values(securityEventTypes);

describe("the command line, on Cross-Account Protection", () => {
  let cwd: string;
  let google: GoogleEmulator;
  let key: ServiceAccountKey;
  let keyFile: string;

  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), "risc-"));
    google = await GoogleEmulator.start({ authorizedDomains: ["app.example"] });
    key = await google.serviceAccount();
    keyFile = keyFileOf("key.json", JSON.stringify(key));
  });

  afterEach(async () => {
    await google.stop();
    rmSync(cwd, { recursive: true });
  });

  function keyFileOf(name: string, text: string, mode = 0o600): string {
    const file = join(cwd, name);
    writeFileSync(file, text, { mode });
    return file;
  }

  const wordsOf = (args: string) => args.split(" ").filter(Boolean);
  const environment = (): Record<string, string> => ({
    GOOGLE_RISC_CONFIG_URL: `${google.url}/v1beta`,
    GOOGLE_APPLICATION_CREDENTIALS: keyFile,
  });

  async function run(
    args: string,
    env: Record<string, string> = {},
  ): Promise<Outcome> {
    const outcome = await runCommand(riscCommand, {
      cwd,
      args: wordsOf(args),
      env: { ...environment(), ...env },
    });
    const { stdout, stderr } = outcome;
    // Whatever happens, neither a token nor the key is ever shown.
    expect(stdout + stderr).not.toMatch(/eyJ|BEGIN|\n {4}at /);
    expect(stdout + stderr).not.toContain(key.private_key.slice(100, 140));
    return outcome;
  }

  const registered = { PUBLIC_URL: "https://app.example" };

  it("registers once, says what was there before, and spares another receiver unless told", async () => {
    const none = await run("status --json");
    expect([none.status, JSON.parse(none.stdout)]).toEqual([
      0,
      { registered: false },
    ]);
    const first = await run("register --json", registered);
    expect([first.status, first.stderr]).toEqual([0, ""]);
    const stream = {
      receiver: "https://app.example/security-events",
      eventsRequested: all,
      eventsDelivered: all,
    };
    expect(JSON.parse(first.stdout)).toEqual({
      ...{ changed: true, before: null, status: "enabled" },
      ...stream,
    });
    const again = await run("register", registered);
    expect([again.status, again.stderr]).toEqual([0, ""]);
    expect(again.stdout).toContain("Nothing to do");
    expect(google.requestCount("/v1beta/stream:update")).toBe(1);

    const other = "register --endpoint https://app.example/other --json";
    const refused = await run(other);
    expect([refused.status, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain(stream.receiver);
    expect(refused.stderr).toContain("--force");
    expect(google.requestCount("/v1beta/stream:update")).toBe(1);
    const forced = await run(
      `${other} --force --event tokens-revoked --event ${all[0]}`,
    );
    expect(forced.status).toBe(0);
    const requested = [securityEventTypes["tokens-revoked"], all[0]];
    expect(JSON.parse(forced.stdout)).toMatchObject({
      changed: true,
      before: stream,
      receiver: "https://app.example/other",
      eventsRequested: requested,
    });
    const status = await run("status");
    expect(status.stdout).toContain("https://app.example/other");
    expect(status.stdout).toContain("tokens-revoked, sessions-revoked\n");
    // Google would say yes to it, and send nothing.
    const verify = await run("verify");
    expect([verify.status, verify.stdout]).toEqual([1, ""]);
    expect(verify.stderr).toContain("verification was not requested");
  });

  it("stops the events and lets them come, and has a test event sent", async () => {
    await run("register", registered);
    const off = await run("disable");
    expect([off.status, off.stderr]).toEqual([0, ""]);
    expect(off.stdout).toContain("the stream is disabled");
    const lost = await run("verify --state s-1");
    expect([lost.status, lost.stdout]).toEqual([1, ""]);
    expect(lost.stderr).toContain("risc enable");
    expect(google.requestCount("/v1beta/stream:verify")).toBe(0);
    const on = await run("enable --json");
    expect(JSON.parse(on.stdout)).toEqual({ changed: true, status: "enabled" });
    const twice = await run("enable --json");
    expect(JSON.parse(twice.stdout)).toMatchObject({ changed: false });
    const verify = await run("verify --state s-1 --json");
    expect([verify.status, JSON.parse(verify.stdout)]).toEqual([
      0,
      {
        requested: true,
        state: "s-1",
        receiver: "https://app.example/security-events",
      },
    ]);
    expect(google.deliveries).toMatchObject([
      { type: securityEventTypes.verification },
    ]);
  });

  it("shows what it would send, and sends nothing", async () => {
    const endpoint = "https://app.example/e";
    const [text, json, ...others] = await Promise.all([
      run(`register --dry-run --endpoint ${endpoint}`),
      run(`register --dry-run --endpoint ${endpoint} --json`),
      ...["status", "enable", "disable", "verify"].map((command) =>
        run(`${command} --dry-run`),
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
      url: `${google.url}/v1beta/stream:update`,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        authorization: expect.stringContaining(key.private_key_id) as string,
      },
      body: {
        delivery: {
          delivery_method:
            "https://schemas.openid.net/secevent/risc/delivery-method/push",
          url: endpoint,
        },
        events_requested: all,
      },
    });
    expect(google.requestCount()).toBe(0);
  });

  it("says what to do about 401, 403, 404, an outage and a hang", async () => {
    const plain = await google.serviceAccount({ riscAdmin: false });
    const stranger = { ...plain, private_key: key.private_key };
    const [noRole, forged, nothing, foreign] = await Promise.all([
      run("status", {
        GOOGLE_APPLICATION_CREDENTIALS: keyFileOf(
          "plain.json",
          JSON.stringify(plain),
        ),
      }),
      run("status", {
        GOOGLE_APPLICATION_CREDENTIALS: keyFileOf(
          "forged.json",
          JSON.stringify(stranger),
        ),
      }),
      run("enable"),
      run("register --endpoint https://other.example/e"),
    ]);
    const gone = await GoogleEmulator.start();
    await gone.stop();
    google.setFault("/v1beta/stream", { status: 503, times: 1 });
    const outage = await run("status");
    google.setFault("/v1beta/stream", { hang: true });
    const [hang, nobody] = await Promise.all([
      run("status --timeout 3"),
      run("status", { GOOGLE_RISC_CONFIG_URL: gone.url }),
    ]);
    const said = [
      [noRole, "status 403", "roles/riscconfigs.admin"],
      [forged, "status 401", "clock"],
      [nothing, "status 404", "risc register"],
      [foreign, "status 403", "authorized domains"],
      [outage, "status 503", "Try again"],
      [hang, "it took too long", "Waiting for 127.0.0.1"],
      [nobody, "ECONNREFUSED", "the network"],
    ] as const;
    for (const [{ status, stdout, stderr }, ...words] of said) {
      expect([status, stdout]).toEqual([1, ""]);
      for (const word of words) expect(stderr).toContain(word);
    }
  });

  it("says what is wrong with a key file, and warns of one that everybody reads", async () => {
    const { private_key } = key;
    const files: [string, string][] = [
      [join(cwd, "none.json"), "does not exist"],
      [cwd, "is a directory"],
      ["/dev/zero", "too large"],
      [keyFileOf("a", private_key), "bare PEM"],
      [keyFileOf("b", "{"), "is not JSON"],
      [keyFileOf("c", '{"installed":{}}'), "OAuth client"],
      [
        keyFileOf(
          "d",
          JSON.stringify({ ...key, private_key: private_key.slice(0, 300) }),
        ),
        "broken private_key",
      ],
    ];
    const outcomes = await Promise.all([
      ...files.map(([file]) => run(`status --key-file ${file}`)),
      run("status", { GOOGLE_APPLICATION_CREDENTIALS: "" }),
    ]);
    const faults = [...files.map(([, fault]) => fault), "--key-file <path>"];
    for (const [index, { status, stdout, stderr }] of outcomes.entries()) {
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(faults[index]);
    }
    expect(google.requestCount()).toBe(0);
    const open = keyFileOf("open.json", JSON.stringify(key), 0o644);
    const warned = await run(`status --json --key-file ${open}`);
    expect([warned.status, JSON.parse(warned.stdout)]).toEqual([
      0,
      { registered: false },
    ]);
    expect(warned.stderr).toContain(`chmod 600 ${open}`);
  });

  it("tells bad usage by its status, and asks nobody", async () => {
    const atGoogle = {
      GOOGLE_RISC_CONFIG_URL: "https://risc.googleapis.com/v1beta",
    };
    const outcomes = await Promise.all([
      run("register --event tokens-revokd"),
      run("register --endpoint security-events"),
      run("register --endpoint https://a:b@app.example/"),
      run("register --endpoint http://app.example/e", atGoogle),
      run("register", atGoogle),
      run("verify --state ".concat("x".repeat(201))),
      run("status --timeout 0"),
      run("status --key"),
      run("nothing"),
      run(""),
    ]);
    for (const { status, stdout } of outcomes) {
      expect([status, stdout]).toEqual([2, ""]);
    }
    expect(outcomes[0].stderr).toContain("the events are sessions-revoked,");
    expect(outcomes[4].stderr).toContain("http://localhost:3000/");
    expect(google.requestCount()).toBe(0);
    const elsewhere = await run("status", { NODE_ENV: "production" });
    expect([elsewhere.status, elsewhere.stdout]).toEqual([1, ""]);
    expect(elsewhere.stderr).toContain("GOOGLE_RISC_CONFIG_URL must be");
  });

  it("is a part of the program, which ends with the command's status", async () => {
    const ends = await Promise.all(
      ["events --json", "status --timeout 3", "nothing"].map(async (args) => {
        const program = Program.start("src/cli.ts", {
          cwd,
          args: ["risc", ...wordsOf(args)],
          env: { ...environment(), GOOGLE_APPLICATION_CREDENTIALS: cwd },
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

  it("lists the events without a key, and helps", async () => {
    const [json, text, help] = await Promise.all([
      run("events --json", { GOOGLE_APPLICATION_CREDENTIALS: "" }),
      run("events"),
      run("register --help"),
    ]);
    const listed = JSON.parse(json.stdout) as { uri: string }[];
    expect(listed.map(({ uri }) => uri)).toEqual(all);
    expect(text.stdout).toContain("ends the sessions from before it");
    expect([help.status, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("GOOGLE_APPLICATION_CREDENTIALS");
  });
});
