import type { Command } from "commander";
import type { GoogleEmulator } from "./google-emulator";
import { emulatorProgram } from "./google-emulator.server";

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
        `GOOGLE_CERTS_URL=${google?.url}/oauth2/v1/certs`,
      ]);
      expect(google?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const { headers } = await fetch(`${google?.url}/oauth2/v1/certs`);
      expect(headers.get("cache-control")).toContain("max-age=7,");
    });

    it("then a taken port is an error", async () => {
      await run("--port", "0");
      const { port } = new URL(running[0]?.url ?? "");
      await expect(run("--port", port)).rejects.toThrow("the port is taken");
    });
  });

  describe("when an option is wrong", () => {
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

  describe("when help is asked for", () => {
    it("then the options are named and nothing starts", async () => {
      await expect(run("--help")).rejects.toHaveProperty("exitCode", 0);
      const help = program().helpInformation();
      for (const option of ["--port", "--host", "--client-id", "--max-age"]) {
        expect(help).toContain(option);
      }
      expect(running).toEqual([]);
    });
  });
});
