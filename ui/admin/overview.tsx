import { useEffect, useState } from "preact/hooks";
import { Card, duration } from "../components";
import type { Schema } from "../page-client";
import type { Signed } from "../session";

/** The number of pages of the audit log to count. */
const pages = 5;

/** From this many sessions on, the service does not count. */
const maxCounted = 10_000;

/** Live sessions, and counts of the latest events in the audit log. */
export function Overview({ send, run }: Signed) {
  const [lines, setLines] = useState<readonly Schema<"AuditLineDto">[]>();
  const [live, setLive] = useState<number | null>(null);
  useEffect(() => {
    const load = async () => {
      const overview = await send<Schema<"AdminOverviewDto">>(
        "GET",
        "/admin/overview",
      );
      setLive(overview.liveSessions);
      const found: Schema<"AuditLineDto">[] = [];
      let cursor: string | null = null;
      for (let count = 0; count < pages; count++) {
        const query: string = cursor ? `&cursor=${cursor}` : "";
        const path = `/admin/audit?limit=100${query}`;
        const page = await send<Schema<"AuditPageDto">>("GET", path);
        found.push(...page.items);
        cursor = page.nextCursor;
        if (!cursor) break;
      }
      setLines(found);
    };
    void run(load);
  }, []);
  if (!lines) return <p class="muted">Loading…</p>;
  const count = (...names: string[]) =>
    lines.filter(({ event }) => names.includes(event)).length;
  const reasons = new Map<string, number>();
  for (const { event, reason } of lines) {
    if (event !== "sign_in_refused") continue;
    const name = reason ?? "unknown";
    reasons.set(name, (reasons.get(name) ?? 0) + 1);
  }
  const oldest = lines.at(-1);
  const seconds = oldest
    ? Math.round((Date.now() - Date.parse(oldest.occurredAt)) / 1000)
    : 0;
  const figures = [
    ...(live === null
      ? []
      : [["Active sessions", live < maxCounted ? live : `${live}+`] as const]),
    ["Sign-ins", count("sign_in", "sign_up")],
    ["New users", count("sign_up")],
    ["Refused", count("sign_in_refused")],
    ["Sessions ended", count("session_ended", "sessions_ended")],
    ["Reports from Google", count("security_event")],
  ] as const;
  return (
    <Card
      title="Overview"
      aside={
        <span class="muted small">
          the latest {lines.length} events, {duration(seconds)}
        </span>
      }
    >
      <div class="figures">
        {figures.map(([name, value]) => (
          <div key={name} class="figure">
            <strong class="numbers">{value}</strong>
            {name}
          </div>
        ))}
      </div>
      <h3>Refusals by reason</h3>
      {reasons.size === 0 && <p class="muted">None.</p>}
      <ul class="list">
        {[...reasons]
          .sort(([, a], [, b]) => b - a)
          .map(([reason, times]) => (
            <li key={reason}>
              <code class="grow">{reason}</code>
              <span class="numbers">{times}</span>
              <progress
                value={times}
                max={count("sign_in_refused")}
                aria-label={reason}
              />
            </li>
          ))}
      </ul>
    </Card>
  );
}
