import { useEffect, useState } from "preact/hooks";
import { ActionButton, Card, Time } from "../components";
import type { Schema } from "../page-client";
import type { Signed } from "../session";

/** A line of `GET /admin/audit`. */
const events = [
  ...["sign_up", "sign_in", "sign_in_refused", "refresh_reused"],
  ...["session_ended", "sessions_ended", "reauthenticated", "roles_changed"],
  ...["status_changed", "identity_linked", "identity_unlinked"],
  ...["data_exported", "user_deleted", "security_event"],
];

/** The audit log of all users or of one user, newest first. */
export function AuditLog({
  send,
  run,
  userId,
}: Signed & { readonly userId?: string }) {
  const [event, setEvent] = useState("");
  const [lines, setLines] = useState<readonly Schema<"AuditLineDto">[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const load = async (after: string | null) => {
    const query = new URLSearchParams({ limit: "50" });
    if (userId) query.set("userId", userId);
    if (event) query.set("event", event);
    if (after) query.set("cursor", after);
    const path = `/admin/audit?${query}`;
    const page = await send<Schema<"AuditPageDto">>("GET", path);
    setLines([...(after ? lines : []), ...page.items]);
    setCursor(page.nextCursor);
  };
  useEffect(() => void run(() => load(null)), [event, userId]);
  return (
    <Card
      title="Audit log"
      aside={
        <label>
          Event
          <select
            value={event}
            onChange={(change) => setEvent(change.currentTarget.value)}
          >
            <option value="">any</option>
            {events.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      }
    >
      <div class="table" tabIndex={0} role="group" aria-label="Audit log">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Event</th>
              <th scope="col">Reason</th>
              <th scope="col">Address</th>
              {!userId && <th scope="col">User</th>}
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.id}>
                <td class="numbers">
                  <Time at={line.occurredAt} />
                </td>
                <td>
                  <code>{line.event}</code>
                </td>
                <td>{line.reason}</td>
                <td>{line.ip}</td>
                {!userId && (
                  <td>
                    <code>{line.userId?.slice(-12)}</code>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length === 0 && <p class="muted">No events.</p>}
      {cursor && (
        <div class="row">
          <ActionButton action={() => run(() => load(cursor))}>
            More
          </ActionButton>
        </div>
      )}
    </Card>
  );
}
