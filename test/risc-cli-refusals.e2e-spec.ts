import { join } from "node:path";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { useRiscCommand } from "./support/use-risc-command";

describe("the risc commands", () => {
  const site = useRiscCommand();

  it("explain 401, 403, 404, an outage and a hang", async () => {
    const plain = await site.google.serviceAccount({ riscAdmin: false });
    const stranger = { ...plain, private_key: site.key.private_key };
    const [noRole, forged, nothing, foreign] = await Promise.all([
      site.run("status", {
        GOOGLE_APPLICATION_CREDENTIALS: site.keyFileOf(
          "plain.json",
          JSON.stringify(plain),
        ),
      }),
      site.run("status", {
        GOOGLE_APPLICATION_CREDENTIALS: site.keyFileOf(
          "forged.json",
          JSON.stringify(stranger),
        ),
      }),
      site.run("enable"),
      site.run("register --endpoint https://other.example/e"),
    ]);
    const gone = await GoogleEmulator.start();
    await gone.stop();
    site.google.setFault("/v1beta/stream", { status: 503, times: 1 });
    const outage = await site.run("status");
    site.google.setFault("/v1beta/stream", { hang: true });
    const [hang, nobody] = await Promise.all([
      site.run("status --timeout 3"),
      site.run("status", { GOOGLE_RISC_CONFIG_URL: gone.url }),
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

  it("name the problem of a key file, and warn about one that others can read", async () => {
    const { private_key } = site.key;
    const files: [string, string][] = [
      [join(site.cwd, "none.json"), "does not exist"],
      [site.cwd, "is a directory"],
      ["/dev/zero", "too large"],
      [site.keyFileOf("a", private_key), "bare PEM"],
      [site.keyFileOf("b", "{"), "is not JSON"],
      [site.keyFileOf("c", '{"installed":{}}'), "OAuth client"],
      [
        site.keyFileOf(
          "d",
          JSON.stringify({
            ...site.key,
            private_key: private_key.slice(0, 300),
          }),
        ),
        "broken private_key",
      ],
    ];
    const outcomes = await Promise.all([
      ...files.map(([file]) => site.run(`status --key-file ${file}`)),
      site.run("status", { GOOGLE_APPLICATION_CREDENTIALS: "" }),
    ]);
    const faults = [...files.map(([, fault]) => fault), "--key-file <path>"];
    for (const [index, { status, stdout, stderr }] of outcomes.entries()) {
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(faults[index]);
    }
    expect(site.google.requestCount()).toBe(0);
    const open = site.keyFileOf("open.json", JSON.stringify(site.key), 0o644);
    const warned = await site.run(`status --json --key-file ${open}`);
    expect([warned.status, JSON.parse(warned.stdout)]).toEqual([
      0,
      { registered: false },
    ]);
    expect(warned.stderr).toContain(`chmod 600 ${open}`);
  });

  it("have their own exit status for wrong usage, and send no request", async () => {
    const atGoogle = {
      GOOGLE_RISC_CONFIG_URL: "https://risc.googleapis.com/v1beta",
    };
    const outcomes = await Promise.all([
      site.run("register --event tokens-revokd"),
      site.run("register --endpoint security-events"),
      site.run("register --endpoint https://a:b@app.example/"),
      site.run("register --endpoint http://app.example/e", atGoogle),
      site.run("register", atGoogle),
      site.run("verify --state ".concat("x".repeat(201))),
      site.run("status --timeout 0"),
      site.run("status --key"),
      site.run("nothing"),
      site.run(""),
    ]);
    for (const { status, stdout } of outcomes) {
      expect([status, stdout]).toEqual([2, ""]);
    }
    expect(outcomes[0].stderr).toContain("the events are sessions-revoked,");
    expect(outcomes[4].stderr).toContain("http://localhost:3000/");
    expect(site.google.requestCount()).toBe(0);
    const elsewhere = await site.run("status", { NODE_ENV: "production" });
    expect([elsewhere.status, elsewhere.stdout]).toEqual([1, ""]);
    expect(elsewhere.stderr).toContain("GOOGLE_RISC_CONFIG_URL must be");
  });
});
