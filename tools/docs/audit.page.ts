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
    "other refusals, within a second: nothing is changed",
    ["rate-limits/failed-attempts.filter"],
  ],
  refresh_reused: ["the session's end: one transaction", ["sessions/sessions"]],
  refresh_retried_late: [
    "nothing: after the refresh, before its response",
    ["auth/sessions/refresh"],
  ],
  session_ended: ["the session's end: one transaction", ["sessions/sessions"]],
  sessions_ended: ["the sessions' end: one transaction", ["sessions/sessions"]],
  reauthenticated: [
    "the session's new authentication time: one transaction",
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
  user_imported: ["the user: one transaction", ["user-import/user-import"]],
  data_exported: [
    "nothing: before the first byte is sent",
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
    "The user had reached the maximum number of sessions, and this one had been idle longest.",
  roles_changed:
    "The user lost a role that the session's tokens still contained.",
  user_disabled: "The user was disabled.",
  user_deleted: "The user was deleted.",
  security_event: "Google reported a security event of the account.",
};

const columns: readonly (readonly [string, string, string])[] = [
  ["occurred_at", "timestamptz", "When it happened, by the instance's clock."],
  ["id", "uuid", "Random; with `occurred_at`, the primary key."],
  ["event", "text", "One of the events above."],
  ["user_id", "uuid", "The user concerned; null if unknown."],
  ["session_id", "uuid", "The session that started, ended or was used."],
  ["actor_id", "uuid", "The user who did it, if it was another one."],
  ["reason", "text", "The reason, as a name; see the event."],
  ["details", "jsonb", "Further names, ids and counts; see the event."],
  ["ip", "inet", "The client's address, determined with `TRUSTED_PROXIES`."],
  ["user_agent", "text", "The `User-Agent` header, at most 512 characters."],
];

/** docs/audit.md: the audit log. */
export function auditPage(): Promise<string> {
  return page([
    generatedNotice,
    "# Audit log",
    `The table \`google_auth.audit_events\` records what happened to which user. An event that records a
change is written in the transaction of that change: if the event cannot be written, nothing is changed.
Events never contain a token, a nonce or an e-mail address.`,
    "## Events",
    `The names of events are stable, and so are their meanings.`,
    table(
      ["Event", "When", "Written with", "By"],
      Object.entries(auditEvents).map(([event, { when }]) => {
        const [together, files] = writers[event as AuditEventName];
        return [`\`${event}\``, when, together, files.map(linkTo).join(", ")];
      }),
    ),
    `If the application replaces \`UserDirectory\` or \`SessionStore\`, a sign-in takes several statements,
and its event is written in one transaction with those that run in this database.`,
    "The reasons of `session_ended` and `sessions_ended`:",
    table(
      ["Reason", "Why it was ended"],
      Object.entries(endReasons).map(([reason, text]) => [
        `\`${reason}\``,
        text,
      ]),
    ),
    `\`sign_in_refused\` is written for every 401 and 403 that counts as a failed sign-in, as by
\`@RateLimited("signIn", { failures: "signInFailures" })\`; no further code is needed for a new way
to sign in. Refusals are written in batches, once a second, and kept in memory while the database is
unavailable; on shutdown they are written before the last response is sent. During a flood, each instance
writes a thousand per second and one event for the rest, with the reason \`flood\` and their number in
\`details.count\`. Refusals that no limit counts, such as those for a disallowed origin or a missing
token, produce at most two events a minute for each network (an IPv4 address or an IPv6 /48) and reason:
the first refusal, and one event with the number of the others in \`details.count\`. Requests refused by a
rate limit are not recorded.`,
    "## Columns",
    table(
      ["Column", "Type", "Content"],
      columns.map(([name, type, meaning]) => [`\`${name}\``, type, meaning]),
    ),
    `There are no foreign keys: events outlive their users and sessions. When a user is deleted, the
addresses, user agents and details of its events are removed. What happened and when is kept, under
an id that no longer refers to a user.`,
    "## Months and retention",
    `Each partition holds one month in UTC, such as \`audit_events_2026_11\`. One instance creates the
partitions of this month and the next two, at start and then once a day. A month whose last day is
older than [\`AUDIT_RETENTION_DAYS\`](configuration.md) is dropped as a whole. Both operations wait
at most 100 ms for their locks. If they fail, they are retried after a minute to an hour, with a warning
in the log: "The partitions of the audit log could not be brought up to date". The service stays ready,
because a missing partition refuses no request.`,
    `Events without a partition are stored in \`audit_events_default\`. They are moved when the partition
of their month is created, or deleted in small batches when they are too old. A database role that does
not own the table can work this way permanently: it needs \`SELECT\`, \`INSERT\`,
\`UPDATE\` and \`DELETE\` on \`audit_events\`, and \`SELECT\` and \`DELETE\` on
\`audit_events_default\`, and causes one warning an hour.`,
    `If the default partition grows beyond 4 MB, the service no longer creates partitions, because
sign-ins would have to wait while it is scanned. To recover, detach it as the table's owner. The service
creates the partitions within an hour, or at the next start:`,
    `\`\`\`sql
BEGIN;
ALTER TABLE google_auth.audit_events DETACH PARTITION google_auth.audit_events_default;
ALTER TABLE google_auth.audit_events_default RENAME TO audit_events_aside;
CREATE TABLE google_auth.audit_events_default PARTITION OF google_auth.audit_events DEFAULT;
COMMIT;
\`\`\``,
    "When the partitions exist, move the events back:",
    `\`\`\`sql
INSERT INTO google_auth.audit_events SELECT * FROM google_auth.audit_events_aside;
DROP TABLE google_auth.audit_events_aside;
\`\`\``,
    "## Reading and forwarding",
    `\`GET /admin/audit\` reads the log page by page. Each event is also a line in the service's
log, at level \`info\` with \`"context":"Audit"\`, once it is committed; the user agent is left
out. If the log is already forwarded to a SIEM, nothing else is needed.`,
    `To forward events elsewhere, replace the seam [\`AuditSink\`](seams.md#auditsink). It receives each
event immediately after the commit, in the same process. If the process dies in between, the event is in
the table, but the sink does not receive it. A sink must not block, so it queues:`,
    `\`\`\`ts complete
import { Injectable } from "@nestjs/common";
import { type AuditEvent, AuditSink, GoogleAuthModule } from "nest-google-auth";

/** Sends events to a collector, in one batch per second. */
@Injectable()
class CollectorSink extends AuditSink {
  private readonly queue: object[] = [];

  override tell(event: AuditEvent): void {
    // The table still has what is dropped while the collector is down.
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
    `To read every event, read the table in the order of its key, starting after the last event you have
seen. Stay a minute behind, because an earlier event may be committed later. Events that were kept in
memory during a database outage have the time when they happened, so after an outage read again from
before it.`,
    `\`\`\`sql
SELECT * FROM google_auth.audit_events
WHERE (occurred_at, id) > ($1, $2) AND occurred_at < now() - interval '1 minute'
ORDER BY occurred_at, id LIMIT 1000;
\`\`\``,
    `A module of your own writes events with [\`AuditTrail\`](../src/audit/audit-trail.ts): \`record\`
in the transaction of the change, or \`recordSoon\` for refusals.`,
  ]);
}

function linkTo(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return `[\`${name}\`](../src/${file}.ts)`;
}
