import type { CheckResult } from "./self-check";

interface Ready {
  readonly ok: boolean;
  readonly serviceUrl: string;
  readonly googleUrl: string;
  readonly accessToken: string;
  readonly logFile: string;
  /** Whether the demo goes on until Ctrl-C. */
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
    this.line("✔", labels[name] ?? name, detail, milliseconds);
  }

  check(result: CheckResult): void {
    this.checks.push(result);
    this.line(
      result.ok ? "✔" : "✖",
      result.name,
      result.detail,
      result.milliseconds,
    );
  }

  ready(ready: Ready): void {
    const milliseconds = Math.round(performance.now() - this.startedAt);
    const { ok, serviceUrl, googleUrl } = ready;
    const curl = curlLines(ready);
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
        ? `\nEverything works, ${seconds} s after the start.`
        : `\nThe self-check failed; see ${ready.logFile}.`,
    );
    if (!ready.stays) return;
    console.log(`\n▶ Open ${serviceUrl}\n\nOr try it in another terminal:\n`);
    for (const { title, command } of curl)
      console.log(`# ${title}\n${command}\n`);
    console.log(`API pages: ${serviceUrl}/docs · log: ${ready.logFile}`);
    console.log("Ctrl-C stops everything.");
  }

  stopped(): void {
    if (!this.json) console.log("\n✔ Stopped; nothing is left running.");
  }

  private line(
    mark: string,
    label: string,
    detail: string,
    milliseconds: number,
  ): void {
    if (this.json) return;
    console.log(
      `${mark} ${label.padEnd(44)} ${detail.padEnd(44)} ${milliseconds} ms`,
    );
  }
}

function curlLines({ serviceUrl, googleUrl, accessToken }: Ready) {
  const json = "-H 'Content-Type: application/json'";
  const signIn = `${serviceUrl}/auth/google ${json} -d @-`;
  return [
    {
      title: "A fresh Google token in, this app's tokens out",
      command: `curl -s -X POST ${googleUrl}/emulator/id-token | curl -s ${signIn}`,
    },
    {
      title: "A guarded call (this access token lives 15 minutes)",
      command: `curl -s ${serviceUrl}/users/me -H 'Authorization: Bearer ${accessToken}'`,
    },
    {
      title:
        "Google reports ada@gmail.com as hijacked: that access token is 401",
      command: `curl -s ${googleUrl}/emulator/security-events ${json} -d '{"account":"consumer","type":"sessions-revoked","to":"${serviceUrl}/security-events"}'`,
    },
    {
      title: "A Google token that was made for another app: 401",
      command: `curl -s ${googleUrl}/emulator/id-token ${json} -d '{"audience":"1-other.apps.googleusercontent.com"}' | curl -si ${signIn}`,
    },
  ];
}
