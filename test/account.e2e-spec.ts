import { newAccount } from "../src/testing/google/accounts";
import type { TestService } from "../src/testing/test-service";
import { call, type Person, refusal } from "./support/calls";
import { Instances } from "./support/instances";
import { postJson } from "./support/requests";
import { query } from "./support/rows";

describe("the user's own account", () => {
  let service: Instances;

  beforeAll(async () => {
    service = await Instances.start();
  });

  afterAll(() => service.stop());

  const deleteMe = ({ accessToken }: Person) =>
    call(service.one, "DELETE", "/users/me", accessToken);
  const disable = ({ id }: Person) =>
    query(
      service.one,
      "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
      [id],
    );

  const routes = [
    ["GET", "/users/me"],
    ["PATCH", "/users/me"],
    ["POST", "/users/me/complete"],
    ["GET", "/users/me/export"],
    ["DELETE", "/users/me"],
  ] as const;
  const bodyFor = (method: string) =>
    method === "PATCH" || method === "POST" ? { profile: {} } : undefined;

  it.each(routes)("%s %s needs an access token", async (method, path) => {
    const answer = await call(
      service.one,
      method,
      path,
      undefined,
      bodyFor(method),
    );
    expect(refusal(answer)).toEqual([401, "unauthenticated"]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it.each(routes)(
    "%s %s is refused to a disabled user",
    async (method, path) => {
      const ada = await service.person();
      await disable(ada);
      const answer = await call(
        service.one,
        method,
        path,
        ada.accessToken,
        bodyFor(method),
      );
      expect(refusal(answer)).toEqual([403, "account_disabled"]);
      const rows = await query(
        service.one,
        "SELECT FROM google_auth.users WHERE id = $1",
        [ada.id],
      );
      expect(rows).toHaveLength(1);
    },
  );

  describe("deleted", () => {
    it("ends all sessions: here at once, on other instances within a second", async () => {
      const account = newAccount();
      const ada = await service.person(account);
      const phone = await service.person(account, {}, service.other);
      const answer = await deleteMe(ada);
      expect([answer.status, answer.body]).toEqual([204, {}]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      for (const dead of [ada, phone]) await service.expectSignedOut(dead);
      expect(refusal(await deleteMe(ada))).toEqual([401, "unauthenticated"]);
    });

    it("leaves no row with the user's data, only the user's id", async () => {
      const account = newAccount({ name: "Ada Unmistakable" });
      const profile = { secret: "unmistakable-wish" };
      const body = { profile, device: "unmistakable-device" };
      const ada = await service.person(account, body);
      const again = await service.person(account, body);
      await call(service.one, "POST", "/auth/logout", again.accessToken);
      await call(service.one, "GET", "/users/me/export", ada.accessToken);
      await query(
        service.one,
        `UPDATE google_auth.audit_events SET ip = '203.0.113.77', user_agent = 'unmistakable-agent',
           details = '{"before":["unmistakable-role"]}' WHERE user_id = $1`,
        [ada.id],
      );
      await query(
        service.one,
        `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id, actor_id, ip, user_agent)
         VALUES (gen_random_uuid(), now(), 'roles_changed', gen_random_uuid(), $1, '203.0.113.77', 'unmistakable-agent')`,
        [ada.id],
      );
      const traces = [
        ...[account.sub, account.email ?? "", "nmistakable", "203.0.113.77"],
      ];
      expect(await tablesWith(service.one, traces)).toEqual([
        ...["audit_events", "identities", "sessions", "users"],
      ]);
      expect((await deleteMe(ada)).status).toBe(204);
      expect(await tablesWith(service.one, traces)).toEqual([]);
      // Only the id remains: in the audit log for good, and elsewhere until the
      // last of the user's tokens has expired.
      expect(await tablesWith(service.one, [ada.id])).toEqual([
        ...["audit_events", "revocations", "session_cutoffs"],
      ]);
      const lines = await query<Record<string, unknown>>(
        service.one,
        `SELECT event, reason, session_id IS NULL AS "isOfNoSession", actor_id,
           ip, user_agent, details
         FROM google_auth.audit_events WHERE user_id = $1 ORDER BY occurred_at, event`,
        [ada.id],
      );
      expect(lines.map(({ event }) => event)).toEqual(
        expect.arrayContaining(["sign_up", "sessions_ended", "data_exported"]),
      );
      expect(lines.filter(({ event }) => event === "user_deleted")).toEqual([
        {
          event: "user_deleted",
          reason: null,
          isOfNoSession: true,
          actor_id: null,
          ip: null,
          user_agent: null,
          details: null,
        },
      ]);
      for (const { ip, user_agent, details } of lines) {
        expect([ip, user_agent, details]).toEqual([null, null, null]);
      }
    });

    it("leaves other users' rows unchanged", async () => {
      const [ada, stranger] = [await service.person(), await service.person()];
      await deleteMe(ada);
      expect((await service.me(stranger)).body).toEqual(stranger.user);
      const lines = await query<{ ip: string | null }>(
        service.one,
        "SELECT host(ip) AS ip FROM google_auth.audit_events WHERE user_id = $1",
        [stranger.id],
      );
      expect(lines).toEqual([{ ip: "127.0.0.1" }]);
    });

    it("then the same Google account signs up as a new user", async () => {
      const ada = await service.person(newAccount(), {
        profile: { a: 1 },
      });
      await query(
        service.one,
        "UPDATE google_auth.users SET roles = '{editor}' WHERE id = $1",
        [ada.id],
      );
      await deleteMe(ada);
      const again = await service.person(ada.account);
      expect(again.body.isNewUser).toBe(true);
      expect(again.id).not.toBe(ada.id);
      expect(again.user).toMatchObject({ profile: {}, roles: [] });
    });

    it("during repeated sign-ins of the user, leaves no partial user and no session without a user", async () => {
      for (let round = 0; round < 15; round++) {
        const account = newAccount();
        const ada = await service.person(account);
        const [deleted, ...signedIn] = await Promise.all([
          deleteMe(ada),
          ...Array.from({ length: 8 }, (_, index) =>
            service.person(
              account,
              {},
              index % 2 ? service.one : service.other,
            ),
          ),
        ]);
        expect(deleted.status).toBe(204);
        expect(signedIn.map(({ status }) => status)).toEqual(
          Array.from({ length: 8 }, () => 200),
        );
        // Before the deletion it is the old user; after it, one new user.
        const after = signedIn.filter(({ id }) => id !== ada.id);
        expect(new Set(after.map(({ id }) => id)).size).toBeLessThanOrEqual(1);
        expect(after.filter(({ body }) => body.isNewUser)).toHaveLength(
          Math.min(after.length, 1),
        );
        for (const each of signedIn) {
          const expected = each.id === ada.id ? 401 : 200;
          expect((await service.me(each)).status).toBe(expected);
        }
      }
      const orphans = await query(
        service.one,
        `SELECT FROM google_auth.sessions LEFT JOIN google_auth.users ON users.id = user_id WHERE users.id IS NULL
         UNION ALL
         SELECT FROM google_auth.identities LEFT JOIN google_auth.users ON users.id = user_id WHERE users.id IS NULL`,
      );
      expect(orphans).toEqual([]);
    });

    it("during repeated refreshes and changes, every response is a success or a documented refusal", async () => {
      for (let round = 0; round < 10; round++) {
        const ada = await service.person();
        const { accessToken, refreshToken } = ada;
        const [deleted, ...others] = await Promise.all([
          deleteMe(ada),
          ...Array.from({ length: 4 }, () =>
            postJson(service.one, "/auth/refresh", { refreshToken }),
          ),
          ...Array.from({ length: 4 }, () =>
            call(service.one, "PATCH", "/users/me", accessToken, {
              profile: { a: 1 },
            }),
          ),
          call(service.one, "POST", "/auth/logout-all", accessToken),
        ]);
        expect([204, 401]).toContain(deleted.status);
        for (const { status } of others) {
          expect([200, 204, 401]).toContain(status);
        }
      }
    });
  });

  it("writes no token to the log", async () => {
    const ada = await service.person();
    await call(service.one, "GET", "/users/me/export", ada.accessToken);
    await deleteMe(ada);
    const log = service.one.logLines.join("");
    for (const secret of [ada.accessToken.split(".")[2], ada.refreshToken]) {
      expect(log).not.toContain(secret);
    }
  });
});

/** The tables with a row that contains one of these texts in any column. */
async function tablesWith(
  service: TestService,
  texts: readonly string[],
): Promise<string[]> {
  const tables = await query<{ name: string }>(
    service,
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'google_auth'
       AND tablename NOT LIKE 'audit\\_events\\_%' ORDER BY tablename`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await query(
      service,
      `SELECT FROM google_auth.${name} AS t WHERE EXISTS (
         SELECT FROM unnest($1::text[]) AS text WHERE strpos(t::text, text) > 0) LIMIT 1`,
      [texts],
    );
    if (row) found.push(name);
  }
  return found;
}
