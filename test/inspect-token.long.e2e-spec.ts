import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { inspectTokenCommand } from "../src/service/cli/inspect-token.command";
import { TestService } from "../src/testing/test-service";
import { person } from "./support/calls";
import { runCommand } from "./support/command-run";
import { Program } from "./support/programs";
import { postJson } from "./support/requests";

interface Report {
  readonly verdict: string;
  readonly refusal: { status: number; code: string; reason: string } | null;
  readonly kind: string;
  readonly notes: readonly string[];
  readonly audience: { isOurs: boolean; label: string | null };
  readonly claims: Record<string, unknown> | null;
  readonly checks: readonly { check: string; outcome: string }[];
  readonly notCheckedHere: readonly string[];
}

describe("inspect-token", () => {
  let cwd: string;
  let google: GoogleEmulator;

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "inspect-"));
    google = await GoogleEmulator.start();
  });

  afterEach(() => google.clearFaults());

  afterAll(async () => {
    await google.stop();
    rmSync(cwd, { recursive: true });
  });

  const environment = (): Record<string, string> => {
    const [web, ios, android] = google.clientIds;
    return {
      ...google.environment(),
      GOOGLE_CLIENT_IDS: `web=${web},ios=${ios},${android}`,
    };
  };

  async function run(
    input: string,
    args: readonly string[] = [],
    env: Record<string, string> = {},
  ) {
    const { status, stdout, stderr } = await runCommand(inspectTokenCommand, {
      cwd,
      args,
      input,
      env: { ...environment(), ...env },
    });
    // The report must not repeat the signature, because users may share it.
    const signature = input.trim().split(".")[2] ?? "";
    if (signature.length > 20) expect(stdout + stderr).not.toContain(signature);
    expect(stdout + stderr).not.toMatch(/\n {4}at /);
    return { status, stdout, stderr };
  }

  async function reportOn(
    input: string,
    args: readonly string[] = [],
    env: Record<string, string> = {},
  ) {
    const { status, stdout, stderr } = await run(
      input,
      ["--json", ...args],
      env,
    );
    return { status, stderr, report: JSON.parse(stdout) as Report };
  }

  it("accepts what the service accepts, and names the app", async () => {
    const [web, ios] = google.clientIds;
    const token = await google.idToken({ azp: ios });
    const text = await run(`${token}\n`, ["-"]);
    expect([text.status, text.stderr]).toEqual([0, ""]);
    expect(text.stdout).toMatch(/^ACCEPTED/);
    expect(text.stdout).toContain(`"${web}"  (your web client)`);
    expect(text.stdout).toContain(`"${ios}"  (your ios client)`);
    expect(text.stdout).toMatch(
      /exp +\d+ {2}\(\d{4}-.*Z, in (?:59 minutes|1 hour)\)/,
    );
    const { status, report } = await reportOn(token);
    expect(status).toBe(0);
    expect(report).toMatchObject({
      verdict: "accepted",
      refusal: null,
      notes: [],
      audience: { isOurs: true, label: "web" },
      claims: { email: "ada@gmail.com" },
    });
  });

  it("is a command of the program, and reads standard input", async () => {
    const program = Program.start("src/cli.ts", {
      cwd,
      args: ["inspect-token"],
      input: await google.idToken({ signWith: "foreign" }),
      env: environment(),
    });
    expect([await program.ended(), program.stderr]).toEqual([1, ""]);
    expect(program.stdout).toMatch(/^REFUSED/);
  });

  /**
   * Gets the reason of each refusal from the service and the command, which
   * must agree.
   */
  async function refusalsOf(
    tokens: readonly string[],
    env: Record<string, string>,
  ): Promise<(string | undefined)[]> {
    await using service = await TestService.start(google, { env });
    const reasons: (string | undefined)[] = [];
    for (const idToken of tokens) {
      const answer = await postJson(service, "/auth/google", { idToken });
      const { status, report } = await reportOn(idToken, [], env);
      const { refusal } = report;
      expect(status).toBe(1);
      expect(refusal).toMatchObject({
        status: answer.status,
        code: answer.body.code,
        // A refusal by the policy has a code but no reason.
        reason: answer.body.reason ?? answer.body.code,
      });
      reasons.push(refusal?.reason);
    }
    return reasons;
  }

  it("refuses with the same code and reason as the service", async () => {
    const tokens = await Promise.all([
      google.idToken({ account: "workspace", issuedSecondsAgo: 9000 }),
      google.idToken({ account: "workspace", audience: "x.example" }),
      google.idToken({ account: "workspace", signWith: "foreign" }),
      google.idToken({ account: "workspace", alg: "none" }),
      google.serviceAccountToken(),
      google.securityEventToken(),
      google.idToken({ account: "consumer" }),
      Promise.resolve("ya29.a0AfB_byExample"),
    ]);
    const env = { GOOGLE_HOSTED_DOMAINS: "navy.example" };
    expect(await refusalsOf(tokens, env)).toEqual([
      "expired",
      "wrong_audience",
      "bad_signature",
      "malformed_token",
      "service_account",
      "security_event_token",
      "hosted_domain_not_allowed",
      "malformed_token",
    ]);
  });

  it("checks the nonce before the account, like the service", async () => {
    const tokens = await Promise.all([
      google.idToken({ account: "consumer" }),
      google.idToken({ account: "workspace" }),
    ]);
    const env = {
      GOOGLE_HOSTED_DOMAINS: "navy.example",
      GOOGLE_NONCE: "required",
    };
    expect(await refusalsOf(tokens, env)).toEqual([
      "nonce_missing",
      "nonce_missing",
    ]);
  });

  it("names every problem at once, with what to do", async () => {
    const token = await google.idToken({
      audience: "other.apps.googleusercontent.com",
      issuedSecondsAgo: 90_000,
    });
    const { status, stdout } = await run(token);
    expect(status).toBe(1);
    const [head = ""] = stdout.split("\n\n");
    expect(head).toContain("REFUSED: 401 invalid_token, reason wrong_audience");
    expect(head).toContain("expired: An ID token is valid for one hour");
    expect(head).toContain("GOOGLE_CLIENT_IDS");
    expect(stdout).toMatch(/REFUSED +not-expired +not expired {2}<- expired/);
    expect(stdout).toContain("1 day ago");
  });

  it("names what was given instead of an ID token", async () => {
    await using service = await TestService.start(google);
    const { accessToken, refreshToken } = await person(service, google);
    const firebase = await google.idToken({
      claims: { iss: "https://securetoken.google.com/my-project" },
    });
    const pasted: [string, string][] = [
      [accessToken, "An access token"],
      [refreshToken, "A refresh token of this service"],
      [firebase, "Firebase"],
      [await google.securityEventToken(), "/security-events"],
      ["4/0AeanS0example", "/auth/google/code"],
      [google.clientSecret, "client secret"],
    ];
    const outcomes = await Promise.all(
      pasted.map(([text]) => reportOn(text, ["--offline"])),
    );
    for (const [index, { status, report }] of outcomes.entries()) {
      expect([status, report.verdict]).toEqual([1, "refused"]);
      expect(report.kind).toContain(pasted[index]?.[1]);
      const [text = ""] = pasted[index] ?? [];
      expect(JSON.stringify(report)).not.toContain(text);
    }
    const token = await google.idToken();
    const broken = `Bearer ${token.slice(0, 300)}\n  ${token.slice(300)}`;
    const repaired = await reportOn(broken);
    expect([repaired.status, repaired.report.notes.length]).toEqual([0, 2]);
  });

  it("makes no request when offline, and does not report the signature as verified", async () => {
    google.clearRequests();
    const token = await google.idToken({ signWith: "foreign" });
    const { status, report } = await reportOn(token, ["--offline"]);
    expect([status, report.verdict]).toEqual([0, "unproved"]);
    expect(report.checks).toContainEqual(
      expect.objectContaining({ check: "signature", outcome: "not-checked" }),
    );
    expect(google.requestCount()).toBe(0);
  });

  it("distinguishes an outage from an invalid token", async () => {
    google.setFault("/oauth2/v1/certs", { hang: true });
    const { status, report, stderr } = await reportOn(await google.idToken());
    expect([status, report.verdict, stderr]).toEqual([1, "unknown", ""]);
    expect(report.refusal).toBeNull();
  });

  it("warns about the shell's history, and has its own exit status for wrong usage", async () => {
    const token = await google.idToken();
    const [argued, empty, two, option, unset, endless] = await Promise.all([
      run("", ["--offline", token]),
      run(" \n"),
      run("", ["a", "b"]),
      run(token, ["--online"]),
      run(token, [], { GOOGLE_CLIENT_IDS: "" }),
      reportOn("x.".repeat(500_000), ["--offline"]),
    ]);
    expect(argued.status).toBe(0);
    expect(argued.stderr).toContain("history");
    for (const { status, stdout } of [empty, two, option]) {
      expect([status, stdout]).toEqual([2, ""]);
    }
    expect([unset.status, unset.stdout]).toEqual([1, ""]);
    expect(unset.stderr).toContain("GOOGLE_CLIENT_IDS must be");
    expect([endless.status, endless.report.refusal?.reason]).toEqual([
      1,
      "token_too_large",
    ]);
  });
});
