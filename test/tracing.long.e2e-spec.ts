import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { newAccount } from "../src/testing/google/accounts";
import { TestDatabase } from "../src/testing/test-database";
import { Program } from "./support/programs";
import { postJson } from "./support/requests";

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

describe("the service with OpenTelemetry's instrumentations", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let cwd: string;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    cwd = mkdtempSync(join(tmpdir(), "tracing-"));
    chmodSync(cwd, 0o755);
  });

  afterAll(async () => {
    rmSync(cwd, { recursive: true });
    await database.destroy();
    await google.stop();
  });

  it("traces a sign-in from the request to the statement, without tokens or personal data", async () => {
    const spansFile = join(cwd, "spans.jsonl");
    const program = Program.start("src/main.ts", {
      cwd,
      env: {
        PORT: "0",
        DATABASE_URL: database.url,
        ...google.environment(),
        NODE_OPTIONS: `--require ${resolve(__dirname, "support/tracing.cjs")}`,
        SPANS: spansFile,
      },
    });
    await program.says("Listening on");
    const url = /Listening on (\S+)/.exec(program.stderr)?.[1] ?? "";
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const account = newAccount();
    const idToken = await google.idToken({ account });
    const site = {
      fetch: (path: string, init?: RequestInit) => fetch(url + path, init),
    };
    const { status, body } = await postJson(
      site,
      "/auth/google",
      { idToken },
      { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    );
    program.signal("SIGTERM");
    await program.ended();

    const recorded = readFileSync(spansFile, "utf8");
    const spans = recorded
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Span)
      .filter((span) => span.traceId === traceId);
    const request = spans.find(
      ({ parentId }) => parentId === "b7ad6b7169203331",
    );
    expect([status, request?.name]).toEqual([200, "POST"]);
    const inside = (span: Span): boolean =>
      span.parentId === request?.spanId ||
      spans.some((outer) => outer.spanId === span.parentId && inside(outer));
    const statement = spans.find(({ attributes }) =>
      String(
        attributes["db.query.text"] ?? attributes["db.statement"],
      ).includes("google_auth.identities"),
    );
    expect(statement && inside(statement)).toBe(true);
    for (const secret of [
      idToken,
      body.accessToken,
      body.refreshToken,
      account.sub,
      account.email,
    ]) {
      expect(recorded).not.toContain(String(secret));
    }
  });
});
