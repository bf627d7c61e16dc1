import type { Finding } from "./finding";

const marks = { ok: "✔", warning: "!", failed: "✖" } as const;

/** Whether nothing keeps the service from working. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== "failed");
}

/** One line per finding. */
export function reportText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .map(({ check, status, text, remedy }) => {
      const advice = remedy === null ? "" : `. ${remedy}`;
      const line = `${text}${advice}`.replace(/\s+/g, " ");
      return `${marks[status]} ${check.padEnd(width)}  ${line}`;
    })
    .join("\n");
}

/** For programs. */
export function reportJson(findings: readonly Finding[]): object {
  return { healthy: isHealthy(findings), findings };
}
