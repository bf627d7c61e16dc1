import { useEffect, useState } from "preact/hooks";
import type { AuthClient, User } from "../../src/client";
import { Card, Chip, deviceOf } from "../components";
import { call, type Schema } from "../page-client";

/** An event of the audit log, as sent by the demo. */
export interface AuditLine {
  readonly id: number;
  readonly at: string;
  readonly event: string;
  readonly userId: string | null;
  readonly reason: string | null;
}

/** So that a sign-out is finished first, in milliseconds. */
const sessionsDelay = 200;

type Sessions = readonly Schema<"SessionDto">[];

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
    <Card title="Audit log" aside={<Chip tone="good">live</Chip>}>
      {lines.length === 0 && <p class="muted">No events yet.</p>}
      <div class="scroll" tabIndex={0} role="group" aria-label="Audit log">
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
  client,
  user,
  news,
}: {
  client: AuthClient;
  user: User | undefined;
  news: unknown;
}) {
  const [sessions, setSessions] = useState<Sessions>([]);
  useEffect(() => {
    if (!user) {
      setSessions([]);
      return;
    }
    let isGone = false;
    const load = async () => {
      const found = await call<Sessions>(client, "GET", "/auth/sessions").catch(
        () => [],
      );
      if (!isGone) setSessions(found);
    };
    const timer = setTimeout(() => void load(), sessionsDelay);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [user, news]);
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
