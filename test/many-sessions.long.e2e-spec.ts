import { monitorEventLoopDelay } from "node:perf_hooks";
import { Client } from "pg";
import { Purge } from "../src/database/purge";
import { newAccount } from "../src/testing/google/accounts";
import { call, type Person } from "./support/calls";
import { Instances } from "./support/instances";
import { postJson } from "./support/requests";
import { query } from "./support/rows";
import { report } from "./support/security-events";

const many = 300_000;
/** The longest time to end the sessions, in milliseconds. */
const patience = 2000;
/** The longest delay of other requests meanwhile, in milliseconds. */
const longestStall = 200;

describe(`ending a user's ${many} sessions`, () => {
  let service: Instances;

  beforeAll(async () => {
    service = await Instances.start();
  });

  afterAll(() => service.stop());

  /** Copies the row of the session this many times. */
  async function multiply(
    { sessionId }: Person,
    table = "sessions",
    count = many,
  ) {
    const columns =
      table === "sessions"
        ? `user_id, client_id, identity_digest, salt, idle_expires_at,
           absolute_expires_at, ip, user_agent, proved_at, authenticated_at,
           created_at, last_used_at`
        : "occurred_at, event, user_id, session_id, ip";
    const key = table === "sessions" ? "id" : "session_id";
    // A client without the service's statement timeout.
    const client = new Client({ connectionString: service.database.url });
    await client.connect();
    try {
      await client.query(
        `INSERT INTO google_auth.${table} (id, ${columns})
         SELECT gen_random_uuid(), ${columns}
         FROM google_auth.${table}, generate_series(2, ${count})
         WHERE ${key} = '${sessionId}'`,
      );
      await client.query(`ANALYZE google_auth.${table}`);
    } finally {
      await client.end();
    }
  }

  /** A user whose session was authenticated this many seconds ago. */
  async function proved(issuedSecondsAgo: number, account = newAccount()) {
    const options = { account, issuedSecondsAgo };
    const idToken = await service.google.idToken(options);
    return service.person(account, { idToken });
  }

  async function revocations(): Promise<number> {
    const [found] = await query<{ count: number }>(
      service.one,
      "SELECT count(*)::int AS count FROM google_auth.revocations",
    );
    return found?.count ?? 0;
  }

  async function expectSoon(run: () => Promise<unknown>): Promise<void> {
    const stalls = monitorEventLoopDelay({ resolution: 5 });
    stalls.enable();
    const startedAt = performance.now();
    await run();
    const took = performance.now() - startedAt;
    stalls.disable();
    expect(took).toBeLessThan(patience);
    expect(stalls.max / 1e6).toBeLessThan(longestStall);
  }

  it("by signing out everywhere is fast", async () => {
    const who = await service.person();
    await multiply(who);
    const { accessToken } = who;
    await expectSoon(() =>
      call(service.one, "POST", "/auth/logout-all", accessToken),
    );
    await service.expectSignedOut(who);
  }, 180_000);

  it("by disabling the user is fast", async () => {
    const who = await service.person();
    await multiply(who);
    const { accessToken } = await service.personWithRoles("admin");
    const path = `/admin/users/${who.id}`;
    const body = { status: "disabled" };
    await expectSoon(() => call(service.one, "PATCH", path, accessToken, body));
    await service.expectSignedOut(who);
  }, 180_000);

  it("by Google's report is fast, and keeps the session that was authenticated since", async () => {
    const old = await proved(120);
    await multiply(old);
    const { account } = old;
    const { refreshToken } = await proved(10, account);
    const options = { account, issuedSecondsAgo: 60 };
    const before = await revocations();
    await expectSoon(() => report(service.one, service.google, options));
    await service.expectSignedOut(old);
    const sent = { refreshToken };
    const refreshed = await postJson(service.one, "/auth/refresh", sent);
    expect(refreshed.status).toBe(200);
    // One entry per session would fill the memory of every instance.
    expect((await revocations()) - before).toBeLessThan(10);
  }, 180_000);

  it("by deleting the account is fast; the purge erases the rest", async () => {
    const who = await service.person();
    await multiply(who);
    await multiply(who, "audit_events", 20_000);
    const { accessToken } = who;
    await expectSoon(() =>
      call(service.one, "DELETE", "/users/me", accessToken),
    );
    await service.expectSignedOut(who);
    await service.one.app.get(Purge).run();
    expect(
      await query(
        service.one,
        `SELECT (SELECT count(*)::int FROM google_auth.sessions
             WHERE user_id = $1) AS sessions,
           (SELECT count(*)::int FROM google_auth.audit_events
             WHERE user_id = $1 AND ip IS NOT NULL) AS lines`,
        [who.id],
      ),
    ).toEqual([{ sessions: 0, lines: 0 }]);
  }, 180_000);
});
