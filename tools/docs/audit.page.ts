import { type AuditEventName, auditEvents } from "../../src/audit/audit-event";
import type { EndReason } from "../../src/sessions/session-store.port";
import { page, table } from "./markdown";
import { generatedNotice } from "./project";

/** What each event is written together with, and where. */
const writers: Readonly<Record<AuditEventName, readonly [string, string[]]>> = {
  sign_up: [
    "user and session: one statement",
    ["sessions/postgres-sign-in-store"],
  ],
  sign_in: ["the session: one statement", ["sessions/postgres-sign-in-store"]],
  sign_in_refused: [
    "others, within a second: nothing is changed",
    ["rate-limits/failed-attempts.filter"],
  ],
  refresh_reused: ["the session's end: one transaction", ["sessions/sessions"]],
  refresh_retried_late: [
    "nothing: after the refresh, before its answer",
    ["auth/sessions/refresh"],
  ],
  session_ended: ["the session's end: one transaction", ["sessions/sessions"]],
  sessions_ended: ["the sessions' end: one transaction", ["sessions/sessions"]],
  reauthenticated: [
    "the session's new proof: one transaction",
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
  identity_unlinked: [
    "the link's end: one transaction",
    ["account/identities"],
  ],
  data_exported: [
    "nothing: before the first byte is sent",
    ["account/account.controller"],
  ],
  user_deleted: ["the deletion: one transaction", ["account/account"]],
  security_event: [
    "what follows from it: one transaction",
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
  signed_out: "The user signed out of it.",
  signed_out_everywhere: "The user signed out of all sessions.",
  ended_by_user: "The user ended it from the list of sessions.",
  ended_by_admin: "An administrator ended it.",
  session_limit:
    "The user had as many sessions as may be, and this one had been unused for longest.",
  roles_changed: "The user has lost a role, which its tokens still had.",
  user_disabled: "The user was disabled.",
  user_deleted: "The user was deleted.",
  security_event: "Google told of something that happened to the account.",
};

const columns: readonly (readonly [string, string, string])[] = [
  ["occurred_at", "timestamptz", "When it happened, by the instance's clock."],
  ["id", "uuid", "Random. With `occurred_at` the primary key."],
  ["event", "text", "One of the events above."],
  ["user_id", "uuid", "Whom it is about; null when nobody is known."],
  ["session_id", "uuid", "The session that began or ended, or acted."],
  ["actor_id", "uuid", "Who did it, if that is another user."],
  ["reason", "text", "Why, as a name; see the event."],
  ["details", "jsonb", "More names, ids and counts; see the event."],
  ["ip", "inet", "The client's address, as far as it can be believed."],
  ["user_agent", "text", "What the client says it is, at most 512 characters."],
];

/** docs/audit.md: the audit log. */
export function auditPage(): Promise<string> {
  return page([
    generatedNotice,
    "# Audit log",
    `What happened to whom, in the table \`google_auth.audit_events\`. A line that reports a change is
written in the transaction of that change: there is never one without the other, and
when the line cannot be written, nothing is changed. No line holds a token, a nonce or an
e-mail address.`,
    "## Events",
    `The names are contract: they never change their meaning.`,
    table(
      ["Event", "When", "Written with", "By"],
      Object.entries(auditEvents).map(([event, { when }]) => {
        const [together, files] = writers[event as AuditEventName];
        return [`\`${event}\``, when, together, files.map(linkTo).join(", ")];
      }),
    ),
    `Where a \`UserDirectory\` or a \`SessionStore\` of the application's own is in the place of
ours, a sign-in is several statements, and its line is written in one transaction with those of
them that are in this database.`,
    "The reasons of `session_ended` and `sessions_ended`:",
    table(
      ["Reason", "What ended it"],
      Object.entries(endReasons).map(([reason, text]) => [
        `\`${reason}\``,
        text,
      ]),
    ),
    `\`sign_in_refused\` is written for every 401 and 403 that counts as a failed sign-in, as by
\`@RateLimited("signIn", { failures: "signInFailures" })\`: a new way to sign in has it
without doing anything. Refusals are written together, once a second, and wait while
the database is away; on a stop they are written before the last answer is sent. Of a flood,
each instance writes a thousand a second and one line for the rest, with the reason \`flood\`
and their number in \`details.count\`. Refusals that no limit counts, such as those of a foreign
origin or without a token, have two lines a minute for each network (an IPv4 address, an IPv6 /48) and
reason: the first one, and one with the number of the others in \`details.count\`. What a rate limit
refuses has no line.`,
    "## Columns",
    table(
      ["Column", "Type", "What it is"],
      columns.map(([name, type, meaning]) => [`\`${name}\``, type, meaning]),
    ),
    `There are no foreign keys: lines outlive their users and sessions. When a user deletes the
account, the addresses, user agents and details of its lines are removed; what happened and
when stays, under an id that leads nowhere.`,
    "## Months and retention",
    `A partition holds one month in UTC, such as \`audit_events_2026_11\`. This month's and the
next two are made at start and then once a day, by one instance for all; a month whose last
day is older than [\`AUDIT_RETENTION_DAYS\`](configuration.md) is dropped as a whole. Both wait
for their locks for a tenth of a second at most and try again later, from a minute to an hour
later, with a warning in the log: "The partitions of the audit log could not be brought up to
date". The service stays ready, for nothing is refused for want of a partition.`,
    `Lines without a partition go to \`audit_events_default\`. They move when the partition of
their month is made, or are deleted in small batches when they are too old. A database role
that does not own the table can live with that for good: it needs \`SELECT\`, \`INSERT\`,
\`UPDATE\` and \`DELETE\` on \`audit_events\`, and \`SELECT\` and \`DELETE\` on
\`audit_events_default\`, which costs a warning an hour.`,
    `When the default partition has come to more than 4 MB, it is no longer searched while
sign-ins wait, and no partitions are made. To start again, put it aside as its owner; the
service makes the partitions within the hour, or when it is started:`,
    `\`\`\`sql
BEGIN;
ALTER TABLE google_auth.audit_events DETACH PARTITION google_auth.audit_events_default;
ALTER TABLE google_auth.audit_events_default RENAME TO audit_events_aside;
CREATE TABLE google_auth.audit_events_default PARTITION OF google_auth.audit_events DEFAULT;
COMMIT;
\`\`\``,
    "Once they are there, bring the lines back:",
    `\`\`\`sql
INSERT INTO google_auth.audit_events SELECT * FROM google_auth.audit_events_aside;
DROP TABLE google_auth.audit_events_aside;
\`\`\``,
    "## Reading and forwarding",
    `\`GET /admin/audit\` reads the log page by page. Each event is also a line in the service's
log, at level \`info\` with \`"context":"Audit"\`, once it is committed; the user agent is left
out. Where the log goes to a SIEM anyway, nothing else is needed.`,
    `To tell somebody else, replace the seam [\`AuditSink\`](seams.md#auditsink). It is told of each
event after the commit, at once and in the process; an event is lost to it when the process
dies in between, never to the table. It must not wait, so it queues:`,
    `\`\`\`ts complete
import { Injectable } from "@nestjs/common";
import { type AuditEvent, AuditSink, GoogleAuthModule } from "nest-google-auth";

/** Sends events to a collector, those of a second together. */
@Injectable()
class CollectorSink extends AuditSink {
  private readonly queue: object[] = [];

  override tell(event: AuditEvent): void {
    // While the collector is away, the table has what is not sent.
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
    `To miss nothing, read the table in the order of its key, from the last line that was seen.
Stay a minute behind: of two lines, the earlier may be committed later. Lines that had to wait
for the database have the time when it happened; after an outage, read again from before it.`,
    `\`\`\`sql
SELECT * FROM google_auth.audit_events
WHERE (occurred_at, id) > ($1, $2) AND occurred_at < now() - interval '1 minute'
ORDER BY occurred_at, id LIMIT 1000;
\`\`\``,
    `A module of your own writes events by [\`AuditTrail\`](../src/audit/audit-trail.ts): \`record\`
with the transaction of what it reports, or \`recordSoon\` for refusals.`,
  ]);
}

function linkTo(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return `[\`${name}\`](../src/${file}.ts)`;
}
