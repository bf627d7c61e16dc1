import { painted, shortTime } from "../service/terminal";
import type { CheckResult } from "./self-check";

/** The minimum width of a terminal. */
const columns = 80;

interface Ready {
  readonly ok: boolean;
  readonly serviceUrl: string;
  /** Undefined with the real Google. */
  readonly googleUrl: string | undefined;
  readonly logFile: string;
  /** Whether the demo keeps running until Ctrl-C. */
  readonly stays: boolean;
}

interface Step {
  readonly name: string;
  readonly detail: string;
  readonly milliseconds: number;
}

const labels: Readonly<Record<string, string>> = {
  reset: "Reset",
  google: "Local Google",
  database: "Embedded Postgres",
  migrations: "Migrations",
  service: "Service",
};

/** What the demo prints: lines for people, or one JSON object for programs. */
export class DemoOutput {
  private readonly startedAt = performance.now();
  private lastStepAt = this.startedAt;
  private readonly steps: Step[] = [];
  private readonly checks: CheckResult[] = [];

  constructor(private readonly json: boolean) {}

  /** Says what is taking so long; not part of the result. */
  progress(message: string): void {
    if (!this.json) console.log(`  ${message}`);
  }

  step(name: string, detail: string): void {
    const now = performance.now();
    const milliseconds = Math.round(now - this.lastStepAt);
    this.lastStepAt = now;
    this.steps.push({ name, detail, milliseconds });
    this.line(true, (labels[name] ?? name).padEnd(20), detail, milliseconds);
  }

  check(result: CheckResult): void {
    this.checks.push(result);
    const { ok, name, detail, milliseconds } = result;
    this.line(ok, name.padEnd(46), detail, milliseconds);
  }

  ready(ready: Ready): void {
    const milliseconds = Math.round(performance.now() - this.startedAt);
    const { ok, serviceUrl, googleUrl } = ready;
    const curl = curlLines();
    if (this.json) {
      const { steps, checks } = this;
      console.log(
        JSON.stringify(
          { ok, milliseconds, serviceUrl, googleUrl, steps, checks, curl },
          null,
          2,
        ),
      );
      return;
    }
    const seconds = (milliseconds / 1000).toFixed(1);
    console.log(
      ok
        ? painted("green", `\nEverything works, ${seconds} s after the start.`)
        : painted("red", `\nThe self-check failed; see ${ready.logFile}.`),
    );
    if (!ready.stays) return;
    console.log(`\n${painted("bold", `▶ Open ${serviceUrl}`)}`);
    if (googleUrl === undefined) console.log();
    else printCommands(serviceUrl, googleUrl);
    console.log(`API pages: ${serviceUrl}/docs · log: ${ready.logFile}`);
    console.log("Ctrl-C stops everything.");
  }

  stopped(): void {
    if (!this.json) console.log("\n✔ Stopped; nothing is left running.");
  }

  /** In 80 columns, unless a detail is longer; the times are aligned. */
  private line(
    ok: boolean,
    label: string,
    detail: string,
    milliseconds: number,
  ): void {
    if (this.json) return;
    const mark = ok ? painted("green", "✔") : painted("red", "✖");
    const shown = detail.padEnd(columns - 12 - label.length);
    const time = painted("dim", shortTime(milliseconds));
    console.log(`${mark} ${label} ${shown} ${time}`);
  }
}

function printCommands(serviceUrl: string, googleUrl: string): void {
  console.log(painted("dim", "\nOr try it in another terminal:\n"));
  console.log(`S=${serviceUrl} G=${googleUrl}\n`);
  for (const { title, command } of curlLines()) {
    console.log(`${painted("cyan", `# ${title}`)}\n${command}\n`);
  }
}

/** Commands for a POSIX shell that has $S and $G, the service and the local Google. */
function curlLines() {
  const json = "-H 'Content-Type: application/json'";
  const signIn = `curl -s $S/auth/google ${json} -d @-`;
  return [
    {
      title: "Exchange a fresh Google token for an access token of the service",
      command: `T=$(curl -s -X POST $G/emulator/id-token | \\\n  ${signIn} | \\\n  sed 's/.*"accessToken":"\\([^"]*\\).*/\\1/')`,
    },
    {
      title: "Call a guarded route; the access token is valid for 15 minutes",
      command: `curl -s $S/users/me -H "Authorization: Bearer $T"`,
    },
    {
      title: "Google ends the sessions of ada@gmail.com: the token is 401 now",
      command: `curl -s $G/emulator/security-events ${json} \\\n  -d "{\\"account\\":\\"consumer\\",\\"type\\":\\"sessions-revoked\\",\n       \\"to\\":\\"$S/security-events\\"}"`,
    },
    {
      title: "A Google token that was issued for another app: 401",
      command: `curl -s $G/emulator/id-token ${json} \\\n  -d '{"audience":"1-other.apps.googleusercontent.com"}' | \\\n  ${signIn}`,
    },
  ];
}
