import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import type { GoogleEmulator } from "./emulator";
import { emulatorProgram } from "./emulator.server";

const running: GoogleEmulator[] = [];
const printed: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((google) => google.stop()));
  printed.length = 0;
});

function program(): Command {
  return emulatorProgram(
    (line) => printed.push(line),
    (google) => running.push(google),
  )
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} });
}

function run(...args: string[]): Promise<Command> {
  return program().parseAsync(args, { from: "user" });
}

describe("the emulator's program", () => {
  describe("when it is run", () => {
    it("then it prints the service's settings and serves", async () => {
      await run("--port", "0", "--client-id", "a", "b", "--max-age", "7");
      const [google] = running;
      expect(printed).toEqual([
        `# The Google emulator listens on ${google?.url}`,
        "GOOGLE_CLIENT_IDS=a,b",
        `GOOGLE_CLIENT_SECRET=${google?.clientSecret}`,
        `GOOGLE_CERTS_URL=${google?.url}/oauth2/v1/certs`,
        `GOOGLE_TOKEN_URL=${google?.url}/token`,
        `GOOGLE_USERINFO_URL=${google?.url}/v1/userinfo`,
        `GOOGLE_TOKENINFO_URL=${google?.url}/tokeninfo`,
        `GOOGLE_SCRIPT_URL=${google?.url}/gsi/client`,
        `GOOGLE_RISC_CONFIG_URL=${google?.url}/v1beta`,
      ]);
      expect(google?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const { headers } = await fetch(`${google?.url}/oauth2/v1/certs`);
      expect(headers.get("cache-control")).toContain("max-age=7,");
    });

    it("then it uses the OAuth client of the service's .env, without labels", async () => {
      const folder = mkdtempSync(join(tmpdir(), "emulator-"));
      const file = join(folder, ".env");
      writeFileSync(
        file,
        "GOOGLE_CLIENT_IDS=web=a, ios=b\nGOOGLE_CLIENT_SECRET=GOCSPX-known\n",
      );
      await run("--port", "0", "--env-file", file);
      expect(running[0]?.clientIds).toEqual(["a", "b"]);
      expect(running[0]?.clientSecret).toBe("GOCSPX-known");
      rmSync(folder, { recursive: true });
    });

    it("then it uses the app's secret and redirect URIs", async () => {
      const [uri, secret] = ["https://app.example/callback", "GOCSPX-known"];
      await run(
        "--port",
        "0",
        "--client-secret",
        secret,
        "--redirect-uri",
        uri,
      );
      expect(printed).toContain(`GOOGLE_CLIENT_SECRET=${secret}`);
      const [google] = running;
      const query = new URLSearchParams({
        client_id: google?.clientIds[0] ?? "",
        redirect_uri: uri,
        response_type: "code",
        scope: "openid",
      });
      const path = `/o/oauth2/v2/auth?${query.toString()}`;
      expect((await fetch(`${google?.url}${path}`)).status).toBe(200);
    });

    it("then a port in use is an error", async () => {
      await run("--port", "0");
      const { port } = new URL(running[0]?.url ?? "");
      await expect(run("--port", port)).rejects.toThrow("the port is in use");
    });
  });

  describe("when an option is invalid", () => {
    it.each([
      ["--port", "65536"],
      ["--port", "x"],
      ["--max-age", "-1"],
    ])("then %s %s is refused", async (flag, value) => {
      await expect(run(flag, value)).rejects.toHaveProperty(
        "code",
        "commander.invalidArgument",
      );
      expect(running).toEqual([]);
    });
  });

  describe("when help is requested", () => {
    it("then the options are listed and nothing starts", async () => {
      await expect(run("--help")).rejects.toHaveProperty("exitCode", 0);
      const help = program().helpInformation();
      for (const option of [
        "--port",
        "--host",
        "--client-id",
        "--client-secret",
        "--redirect-uri",
        "--authorized-domain",
        "--max-age",
      ]) {
        expect(help).toContain(option);
      }
      expect(running).toEqual([]);
    });
  });
});
