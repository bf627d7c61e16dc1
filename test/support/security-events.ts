import type { GoogleEmulator } from "../../src/testing/google/emulator";
import type { SecurityEventTokenOptions } from "../../src/testing/google/other-tokens.mint";
import type { TestService } from "../../src/testing/test-service";
import { type Answer, answerOf, type Site } from "./requests";
import { query } from "./rows";

const risc = "https://schemas.openid.net/secevent/risc/event-type/";
const oauth = "https://schemas.openid.net/secevent/oauth/event-type/";

/** The URI of one of Google's events, by its short name. */
export function eventUri(name: string): string {
  return (name.startsWith("token") ? oauth : risc) + name;
}

/** Delivers a body like a transmitter; headers override. */
export async function deliver(
  service: Site,
  body: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return answerOf(
    await service.fetch("/security-events", {
      method: "POST",
      headers: {
        "content-type": "application/secevent+jwt",
        accept: "application/json",
        ...headers,
      },
      body,
    }),
  );
}

/**
 * Delivers an event from Google's transmitter and expects that it is accepted.
 */
export async function report(
  service: Pick<TestService, "url">,
  google: GoogleEmulator,
  { eventType, ...options }: SecurityEventTokenOptions,
): Promise<void> {
  const to = `${service.url}/security-events`;
  const { delivered } = await google.report({
    ...{ ...options, to },
    ...(eventType !== undefined && { type: eventType }),
  });
  const { outcome, attempts } = await delivered;
  const statuses = attempts.map(({ status }) => status);
  expect([outcome, statuses]).toEqual(["delivered", [202]]);
}

/** An audit line about one of Google's events. */
export interface ReportLine {
  readonly userId: string | null;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The audit lines about Google's events, in order of arrival. */
export function reportLines(service: TestService): Promise<ReportLine[]> {
  return query<ReportLine>(
    service,
    `SELECT user_id AS "userId", reason, details FROM google_auth.audit_events
     WHERE event = 'security_event' ORDER BY occurred_at, id`,
  );
}
