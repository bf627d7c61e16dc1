import { monitorEventLoopDelay } from "node:perf_hooks";
import { authErrorCodes } from "../../src/index";
import type { TestService } from "../../src/testing/test-service";
import type { Reply } from "../support/raw-connection";
import { query } from "../support/rows";
import type { Attack, HostileCase } from "./hostile-case";
import type { Target } from "./target";

/** The time limit for a response, in milliseconds. */
const answerMilliseconds = 3000;
/** The longest time the event loop may be blocked, in milliseconds. */
const standstillMilliseconds = 1000;

/**
 * Sends one hostile input and checks what holds for all of them: the exact
 * response, in time; nothing stored or changed; the refusal and its reason in
 * the log, without the input; no outgoing request; no polluted prototype; and
 * the next sign-in works.
 */
export async function expectRefused(
  target: Target,
  given: HostileCase,
): Promise<void> {
  const { service, trap } = target;
  const attack = await given.attack(target);
  const rows = await accountRows(service);
  const firstLine = service.logLines.length;
  const reply = await sendInTime(target, attack);
  const requestId = expectProblem(reply, given);
  expect(await accountRows(service)).toEqual(rows);
  // This also gives the service time to log the attack.
  expect(await target.knownUserEnters()).toBe(true);
  const log = service.logLines.slice(firstLine);
  expectLogged(service, log, requestId, given);
  expectNothingOf(attack.secrets, [reply.text, ...log].join("\n"));
  expect(trap.connections).toBe(0);
  expect(inheritedNames()).toEqual([]);
}

/**
 * Sends it while another client sends a cheap request; both get a response in
 * time.
 */
export async function sendInTime(
  { service }: Target,
  attack: Attack,
): Promise<Reply> {
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  const startedAt = performance.now();
  const sending = attack.send();
  const bystander = await service.fetch("/health/live");
  const waited = performance.now() - startedAt;
  const reply = await sending;
  const took = performance.now() - startedAt;
  loop.disable();
  expect(bystander.status).toBe(200);
  expect(waited).toBeLessThan(answerMilliseconds);
  expect(took).toBeLessThan(answerMilliseconds);
  expect(loop.max / 1e6).toBeLessThan(standstillMilliseconds);
  return reply;
}

/**
 * Every row that an attack might create or change, as a count and the
 * transactions that wrote them.
 */
export async function accountRows(service: TestService): Promise<unknown> {
  return query(
    service,
    ["users", "identities", "sessions"]
      .map(
        // xmin is the transaction that wrote a row; it changes with every
        // write.
        (table) => `SELECT '${table}' AS table, count(*)::int,
          sum(xmin::text::bigint) AS writers FROM google_auth.${table}`,
      )
      .join(" UNION ALL "),
  );
}

/** @returns the id of the refused request */
function expectProblem(reply: Reply, given: HostileCase): string {
  const { status, code, reason, field } = given;
  const { title, detail } = authErrorCodes[code];
  const body = JSON.parse(reply.text) as Record<string, unknown>;
  // The texts depend only on the code, not on the cause.
  expect({ status: reply.status, body }).toEqual({
    status,
    body: {
      type: `urn:nest-google-auth:error:${code}`,
      title,
      status,
      code,
      detail,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      ...(reason !== undefined && { reason }),
      ...(field !== undefined && {
        errors: expect.arrayContaining([
          { field, message: expect.any(String) as string },
        ]) as unknown,
      }),
    },
  });
  const errors = (body.errors ?? []) as { field: string }[];
  expect(errors.filter((error) => error.field !== field)).toEqual([]);
  expect(reply.headers.get("content-type")).toMatch(
    /^application\/problem\+json/,
  );
  expect(reply.headers.get("cache-control")).toBe("no-store");
  expect(reply.headers.get("www-authenticate")).toBe(challengeOf(given));
  expect(reply.headers.get("set-cookie")).toBeNull();
  return body.requestId as string;
}

/** RFC 6750 §3.1: no error code for a request without a token. */
function challengeOf({ code, reason }: HostileCase): string | null {
  if (code !== "unauthenticated") return null;
  return reason === "no_token" ? "Bearer" : 'Bearer error="invalid_token"';
}

function expectLogged(
  { logLines }: TestService,
  log: readonly string[],
  requestId: string,
  given: HostileCase,
): void {
  const own = refusalsIn(log, given).filter(
    (entry) => entry.requestId === requestId,
  );
  // At most a hundred refusals a minute are logged per network and reason.
  if (own.length === 0 && refusalsIn(logLines, given).length >= 100) return;
  expect(own).toHaveLength(1);
}

function refusalsIn(
  log: readonly string[],
  { code, reason }: HostileCase,
): Record<string, unknown>[] {
  return log
    .filter((line) => line.includes(`"code":"${code}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((entry) => reason === undefined || entry.reason === reason);
}

/** Expects neither the input nor internals: secrets, stacks, SQL. */
export function expectNothingOf(
  secrets: readonly string[],
  text: string,
): void {
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  expect(text).not.toMatch(
    /only for tests: 8b1f|PRIVATE KEY|node_modules|\.[jt]s:\d|\b(?:SELECT|INSERT|UPDATE|DELETE) /,
  );
}

/**
 * The names that every object and array would inherit from a polluted
 * prototype.
 */
function inheritedNames(): string[] {
  return [Object.prototype, Array.prototype].flatMap(Object.keys);
}
