import { type AuditEventName, auditEvents } from "../../src/audit/audit-event";
import type { EndReason } from "../../src/sessions/session-store.port";
import { page, table } from "./markdown";
import { generatedNotice } from "./project";

/** What each event is written with, and by which file. */
const writers: Readonly<Record<AuditEventName, readonly [string, string[]]>> = {
  sign_up: [
    "user and session: one statement",
    ["sessions/postgres-sign-in-store"],
  ],
  sign_in: ["the session: one statement", ["sessions/postgres-sign-in-store"]],
  sign_in_refused: [
    "other refusals, within a second; nothing else is changed",
    ["rate-limits/failed-attempts.filter"],
  ],
  refresh_reused: ["the session's end: one transaction", ["sessions/sessions"]],
  refresh_retried_late: [
    "nothing; after the refresh, before its response",
    ["auth/sessions/refresh"],
  ],
  session_ended: ["the session's end: one transaction", ["sessions/sessions"]],
  sessions_ended: ["the sessions' end: one transaction", ["sessions/sessions"]],
  reauthenticated: [
    "the session's reauthentication: one transaction",
    ["auth/sessions/reauthentication"],
  ],
  profile_completed: ["the profile: one transaction", ["account/account"]],
  roles_changed: [
    "the roles: one transaction",
    ["admin/user-administration", "users/admin-emails", "account/identities"],
  ],
  status_changed: [
    "the status: one transaction",
    ["admin/user-administration"],
  ],
  identity_linked: ["the link: one transaction", ["account/identities"]],
  identity_unlinked: ["the unlinking: one transaction", ["account/identities"]],
  data_exported: [
    "nothing; before the first byte is sent",
    ["account/account.controller"],
  ],
  user_deleted: ["the deletion: one transaction", ["account/account"]],
  security_event: [
    "the actions taken: one transaction",
    ["security-events/security-event-handler.port"],
  ],
  signing_key_rotated: [
    "the key: one transaction",
    ["signing-keys/signing-key-store"],
  ],
  signing_key_removed: [
    "the key: one transaction",
    ["signing-keys/signing-key-store"],
  ],
};

/** The reasons of `session_ended` and `sessions_ended`. */
const endReasons: Readonly<
  Record<Exclude<EndReason, "refresh_reused">, string>
> = {
  signed_out: "The user signed out.",
  signed_out_everywhere: "The user signed out of all sessions.",
  ended_by_user: "The user ended it in the list of sessions.",
  ended_by_admin: "An administrator ended it.",
  session_limit:
    "The user had the maximum number of sessions, and this one was idle for longest.",
  roles_changed: "The user lost a role that the tokens still contained.",
  user_disabled: "The user was disabled.",
  user_deleted: "The user was deleted.",
  security_event: "Google reported a security event of the account.",
};

const columns: readonly (readonly [string, string, string])[] = [
  ["occurred_at", "timestamptz", "When it happened, by the instance's clock."],
  ["id", "uuid", "Random. Together with `occurred_at` the primary key."],
  ["event", "text", "One of the events above."],
  ["user_id", "uuid", "The affected user; null if unknown."],
  ["session_id", "uuid", "The session that was started, ended or used."],
  ["actor_id", "uuid", "The user who did it, if it was another one."],
  ["reason", "text", "The reason, as a name; see the event."],
  ["details", "jsonb", "Further names, ids and counts; see the event."],
  [
    "ip",
    "inet",
    "The client's address; forwarded addresses are only used from trusted proxies.",
  ],
  ["user_agent", "text", "The client's user agent, at most 512 characters."],
];

/** docs/audit.md: the audit log. */
export function auditPage(): Promise<string> {
  return page([
    generatedNotice,
    "# Audit log",
    `The audit log is the table \`google_auth.audit_events\`. An event that reports a change is
written in the transaction of that change: there is never one without the other, and
if the event cannot be written, nothing is changed. Events never contain a token, a nonce or an
e-mail address.`,
    "## Events",
    `The names are part of the public API: their meaning never changes.`,
    table(
      ["Event", "When", "Written with", "By"],
      Object.entries(auditEvents).map(([event, { when }]) => {
        const [together, files] = writers[event as AuditEventName];
        return [`\`${event}\``, when, together, files.map(linkTo).join(", ")];
      }),
    ),
    `If the application replaces \`UserDirectory\` or \`SessionStore\`, a sign-in consists of several
statements, and its event is written in one transaction with those in this database.`,
    "The reasons of `session_ended` and `sessions_ended`:",
    table(
      ["Reason", "Why it was ended"],
      Object.entries(endReasons).map(([reason, text]) => [
        `\`${reason}\``,
        text,
      ]),
    ),
    `\`sign_in_refused\` is written for every 401 and 403 that counts as a failed sign-in, that is on
routes with \`@RateLimited("signIn", { failures: "signInFailures" })\`, including your own. Refusals
are written in batches, once a second, and are queued while the database is unavailable; on shutdown
they are written before the last response is sent. In a flood, each instance writes a thousand per
second and one event for the rest, with the reason \`flood\` and their number in \`details.count\`.
Refusals that no limit counts, such as those with a foreign origin or without a token, are written at
most twice a minute for each network (an IPv4 address, an IPv6 /48) and reason: the first one, and one
event with the number of the others in \`details.count\`. Requests refused by a rate limit are not
written.`,
    "## Columns",
    table(
      ["Column", "Type", "Content"],
      columns.map(([name, type, meaning]) => [`\`${name}\``, type, meaning]),
    ),
    `There are no foreign keys: events are kept after their users and sessions are deleted. When a user
deletes the account, the addresses, user agents and details of its events are removed; the events and
their times are kept, with an id that no longer identifies anyone.`,
    "## Months and retention",
    `A partition contains one month in UTC, such as \`audit_events_2026_11\`. The partitions of this
month and the next two are created at start and then once a day, by one instance for all; a month
whose last day is older than [\`AUDIT_RETENTION_DAYS\`](configuration.md) is dropped as a whole. Both
wait at most 100 ms for their locks and are retried after a minute to an hour, with the warning "The
partitions of the audit log could not be brought up to date" in the log. The service remains ready,
because no request fails if a partition is missing.`,
    `Events without a partition go to \`audit_events_default\`. They are moved when the partition of
their month is created, or deleted in small batches when they are too old. A database role that does
not own the table can permanently work this way, with a warning per hour: it needs \`SELECT\`,
\`INSERT\`, \`UPDATE\` and \`DELETE\` on \`audit_events\`, and \`SELECT\` and \`DELETE\` on
\`audit_events_default\`.`,
    `If the default partition exceeds 4 MB, it is no longer searched, which would block sign-ins, and no
partitions are created. To recover, detach it as its owner; the service creates the partitions within
an hour, or at its next start:`,
    `\`\`\`sql
BEGIN;
ALTER TABLE google_auth.audit_events DETACH PARTITION google_auth.audit_events_default;
ALTER TABLE google_auth.audit_events_default RENAME TO audit_events_aside;
CREATE TABLE google_auth.audit_events_default PARTITION OF google_auth.audit_events DEFAULT;
COMMIT;
\`\`\``,
    "Once the partitions exist, move the events back:",
    `\`\`\`sql
INSERT INTO google_auth.audit_events SELECT * FROM google_auth.audit_events_aside;
DROP TABLE google_auth.audit_events_aside;
\`\`\``,
    "## Reading and forwarding",
    `\`GET /admin/audit\` returns the log in pages. Each event is also written to the service's log, at
level \`info\` with \`"context":"Audit"\`, once it is committed, without the user agent. If the log is
sent to a SIEM, nothing else is needed.`,
    `To forward events, replace the seam [\`AuditSink\`](seams.md#auditsink). It receives each event
immediately after the commit, in the same process. If the process dies in between, the sink misses the
event, but the table has it. It must not block, so it uses a queue:`,
    `\`\`\`ts complete
import { Injectable } from "@nestjs/common";
import { type AuditEvent, AuditSink, GoogleAuthModule } from "nest-google-auth";

/** Sends events to a collector, in batches of one second. */
@Injectable()
class CollectorSink extends AuditSink {
  private readonly queue: object[] = [];

  override tell(event: AuditEvent): void {
    // Events dropped while the collector is unavailable are still in the table.
    if (this.queue.length >= 10_000) return;
    this.queue.push({ at: new Date(), ...event });
    if (this.queue.length === 1) setTimeout(() => void this.send(), 1000);
  }

  private async send(): Promise<void> {
    const body = JSON.stringify(this.queue.splice(0));
    const headers = { "content-type": "application/json" };
    await fetch("https://siem.example.com/events", {
      ...{ method: "POST", headers, body },
      signal: AbortSignal.timeout(10_000),
    }).catch((error: unknown) => console.error(error));
  }
}

export const googleAuth = GoogleAuthModule.forRoot({
  publicUrl: "https://api.example.com",
  secretKey: process.env.SECRET_KEY ?? "",
  google: { clientIds: ["000000000000-replace-me.apps.googleusercontent.com"] },
  database: { url: process.env.DATABASE_URL ?? "" },
  auditRetentionDays: 400,
  providers: [{ provide: AuditSink, useClass: CollectorSink }],
});
\`\`\``,
    `To miss no events, read the table in the order of its key, starting after the last event you have
read. Stay a minute behind, because an earlier event may be committed later. Events that were queued
during an outage of the database have the time when they happened; after an outage, read again from
before it.`,
    `\`\`\`sql
SELECT * FROM google_auth.audit_events
WHERE (occurred_at, id) > ($1, $2) AND occurred_at < now() - interval '1 minute'
ORDER BY occurred_at, id LIMIT 1000;
\`\`\``,
    `Your own modules write events with [\`AuditTrail\`](../src/audit/audit-trail.ts): \`record\` with the
transaction of the change, or \`recordSoon\` for refusals.`,
  ]);
}

function linkTo(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return `[\`${name}\`](../src/${file}.ts)`;
}
