import { useEffect, useState } from "preact/hooks";
import type { Api } from "../api";
import { Card, Chip, deviceOf } from "../components";

/** An event of the audit log, as sent by the demo. */
export interface AuditLine {
  readonly id: number;
  readonly at: string;
  readonly event: string;
  readonly userId: string | null;
  readonly reason: string | null;
}

interface Session {
  readonly id: string;
  readonly userAgent: string | null;
  readonly lastUsedAt: string;
  readonly current: boolean;
}

/** The live audit log, by server-sent events. */
export function useAuditTrail(): readonly AuditLine[] {
  const [lines, setLines] = useState<readonly AuditLine[]>([]);
  useEffect(() => {
    const source = new EventSource("demo/events");
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const line = JSON.parse(data) as AuditLine;
      setLines((before) =>
        before.some(({ id }) => id === line.id)
          ? before
          : [line, ...before].slice(0, 100),
      );
    };
    return () => source.close();
  }, []);
  return lines;
}

export function AuditTrail({ lines }: { lines: readonly AuditLine[] }) {
  return (
    <Card title="Audit trail" aside={<Chip tone="good">live</Chip>}>
      {lines.length === 0 && <p class="muted">No events yet.</p>}
      <div class="scroll" tabIndex={0} role="group" aria-label="Audit trail">
        <ul class="list">
          {lines.map((line) => (
            <li key={line.id} class="fresh small">
              <code>{line.event}</code>
              {line.reason && <span class="muted grow">{line.reason}</span>}
              <time class="muted numbers" dateTime={line.at}>
                {new Date(line.at).toLocaleTimeString()}
              </time>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}

/** The user's sessions, reloaded after each audit event. */
export function Sessions({
  api,
  token,
  news,
}: {
  api: Api;
  token: string | undefined;
  news: unknown;
}) {
  const [sessions, setSessions] = useState<readonly Session[]>([]);
  useEffect(() => {
    if (token === undefined) {
      setSessions([]);
      return;
    }
    let isGone = false;
    void api
      .call("GET", "auth/sessions", { token, quiet: true })
      .then(({ status, body }) => {
        if (!isGone) setSessions(status === 200 ? body : []);
      });
    return () => {
      isGone = true;
    };
  }, [token, news]);
  return (
    <Card title="Sessions" aside={<Chip tone="good">live</Chip>}>
      {sessions.length === 0 && <p class="muted">None.</p>}
      <ul class="list">
        {sessions.map(({ id, userAgent, current, lastUsedAt }) => (
          <li key={id} class="small">
            <span class="grow">
              {deviceOf(userAgent)}{" "}
              {current && <Chip tone="good">current</Chip>}
            </span>
            <code class="muted">…{id.slice(-6)}</code>
            <time class="muted numbers" dateTime={lastUsedAt}>
              {new Date(lastUsedAt).toLocaleTimeString()}
            </time>
          </li>
        ))}
      </ul>
    </Card>
  );
}
