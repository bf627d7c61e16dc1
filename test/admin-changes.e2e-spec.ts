import { call, claimsOf, type Person, refusal } from "./support/calls";
import { Instances } from "./support/instances";
import { postJson } from "./support/requests";
import { query } from "./support/rows";

const nobody = "019aa0b5-1c00-7000-8000-000000000001";

describe("what administrators do to users", () => {
  let service: Instances;
  let boss: Person;

  beforeAll(async () => {
    service = await Instances.start();
    boss = await service.personWithRoles("admin");
  });

  afterAll(() => service.stop());

  const patch = (id: string, body: unknown, { accessToken } = boss) =>
    call(service.one, "PATCH", `/admin/users/${id}`, accessToken, body);
  const listUsers = ({ accessToken }: Person) =>
    call(service.one, "GET", "/admin/users", accessToken);
  const linesOf = ({ id }: Person, event: string) =>
    query<Record<string, unknown>>(
      service.one,
      `SELECT reason, actor_id AS actor, details, host(ip) AS ip
       FROM google_auth.audit_events WHERE user_id = $1 AND event = $2 ORDER BY occurred_at`,
      [id, event],
    );

  describe("disabling a user", () => {
    it("ends all sessions, on two instances, and keeps the user out until enabled", async () => {
      const ada = await service.person();
      const phone = await service.person(ada.account, {}, service.other);
      const answer = await patch(ada.id, { status: "disabled" });
      expect([answer.status, answer.body]).toEqual([
        200,
        { ...phone.user, status: "disabled" },
      ]);
      for (const session of [ada, phone])
        await service.expectSignedOut(session);
      const refused = await service.person(ada.account, {}, service.other);
      expect(refusal(refused)).toEqual([403, "account_disabled"]);
      await patch(ada.id, { status: "active" });
      await service.expectSignedOut(ada);
      const back = await service.person(ada.account);
      expect([back.id, back.body.isNewUser]).toEqual([ada.id, false]);
      expect(await linesOf(ada, "status_changed")).toEqual(
        [
          ["active", "disabled"],
          ["disabled", "active"],
        ].map(([before, after]) => ({
          reason: "changed_by_admin",
          actor: boss.id,
          details: { before, after },
          ip: "127.0.0.1",
        })),
      );
      const ended = await linesOf(ada, "sessions_ended");
      expect(ended.map(({ reason, actor }) => [reason, actor])).toEqual([
        ["user_disabled", boss.id],
      ]);
    });

    it("while the user signs in over and over, leaves no session", async () => {
      for (let round = 0; round < 8; round++) {
        const ada = await service.person();
        const [disabled, ...signedIn] = await Promise.all([
          patch(ada.id, { status: "disabled" }),
          ...Array.from({ length: 6 }, (_, index) =>
            service.person(
              ada.account,
              {},
              index % 2 ? service.one : service.other,
            ),
          ),
        ]);
        expect(disabled.status).toBe(200);
        for (const answer of signedIn) {
          if (answer.status === 200) {
            expect((await service.me(answer)).status).toBe(401);
          } else expect(refusal(answer)).toEqual([403, "account_disabled"]);
        }
        const alive = await query(
          service.one,
          `SELECT FROM google_auth.sessions WHERE user_id = $1
             AND revoked_at IS NULL AND NOT EXISTS (
               SELECT FROM google_auth.session_cutoffs WHERE user_id = $1
                 AND sessions.authenticated_at < session_cutoffs.not_before)`,
          [ada.id],
        );
        expect(alive).toEqual([]);
      }
    });
  });

  describe("changing roles", () => {
    it("counts from the next refresh on, and says in the log who did it", async () => {
      const ada = await service.person();
      const roles = ["editor", "billing:read"];
      const answer = await patch(ada.id, { roles });
      expect(answer.body).toEqual({ ...ada.user, roles });
      expect((await service.me(ada)).status).toBe(200);
      expect(claimsOf(ada.accessToken).roles).toEqual([]);
      const { refreshToken } = ada;
      const { body } = await postJson(service.one, "/auth/refresh", {
        refreshToken,
      });
      expect(claimsOf(String(body.accessToken)).roles).toEqual(roles);
      await patch(ada.id, { roles: ["billing:read", "editor"] });
      await patch(ada.id, {});
      expect(await linesOf(ada, "roles_changed")).toEqual([
        {
          reason: "changed_by_admin",
          actor: boss.id,
          details: { before: [], after: roles },
          ip: "127.0.0.1",
        },
      ]);
    });

    it("makes and unmakes administrators; the one who is dismissed is signed out", async () => {
      const ada = await service.person();
      await patch(ada.id, { roles: ["admin", "editor"] });
      const admin = await service.person(ada.account, {}, service.other);
      expect((await listUsers(admin)).status).toBe(200);
      await patch(ada.id, { roles: ["editor"] });
      await service.expectSignedOut(admin);
      const [line] = await linesOf(ada, "sessions_ended");
      expect(line).toMatchObject({ reason: "ended_by_admin", actor: boss.id });
      const again = await service.person(ada.account);
      expect(refusal(await listUsers(again))).toEqual([
        403,
        "insufficient_role",
      ]);
    });

    it("of one who has just been dismissed does not go by the token", async () => {
      const [admin, ada] = [
        await service.personWithRoles("admin"),
        await service.person(),
      ];
      // As on another instance, in the second before it hears of it.
      await query(
        service.one,
        "UPDATE google_auth.users SET roles = '{}' WHERE id = $1",
        [admin.id],
      );
      const answers = [
        await patch(ada.id, { roles: ["admin"] }, admin),
        await patch(admin.id, { roles: ["admin"] }, admin),
        await call(
          service.one,
          "POST",
          `/admin/users/${ada.id}/logout`,
          admin.accessToken,
        ),
      ];
      for (const answer of answers) {
        expect(refusal(answer)).toEqual([403, "insufficient_role"]);
      }
      expect((await service.me(ada)).body).toEqual(ada.user);
    });

    it("of two who dismiss each other at once, leaves one", async () => {
      for (let round = 0; round < 5; round++) {
        const [ada, alan] = [
          await service.personWithRoles("admin"),
          await service.personWithRoles("admin"),
        ];
        const answers = await Promise.all([
          patch(ada.id, { roles: [] }, alan),
          patch(alan.id, { roles: [] }, ada),
        ]);
        const statuses = answers.map(({ status }) => status).sort();
        expect([
          [200, 403],
          [200, 401],
        ]).toContainEqual(statuses);
        const left = await query(
          service.one,
          "SELECT FROM google_auth.users WHERE id = ANY ($1) AND 'admin' = ANY (roles)",
          [[ada.id, alan.id]],
        );
        expect(left).toHaveLength(1);
      }
    });

    it.each([
      ["a text", '{"roles":"admin"}', "roles"],
      ["null", '{"roles":null}', "roles"],
      ["an object", '{"roles":{"0":"admin"}}', "roles"],
      ["a number among them", '{"roles":[1]}', "roles"],
      ["a list in the list", '{"roles":[["admin"]]}', "roles"],
      [
        "thousands of lists",
        `{"roles":${"[".repeat(7000)}${"]".repeat(7000)}}`,
        "roles",
      ],
      ["one twice", '{"roles":["a","a"]}', "roles"],
      ["an empty name", '{"roles":[""]}', "roles"],
      ["upper case", '{"roles":["Admin"]}', "roles"],
      ["a blank", '{"roles":["a b"]}', "roles"],
      ["a comma", '{"roles":["a,admin"]}', "roles"],
      ["a line break", '{"roles":["admin\\n"]}', "roles"],
      ["a letter that looks like ours", '{"roles":["аdmin"]}', "roles"],
      ["65 characters", JSON.stringify({ roles: ["a".repeat(65)] }), "roles"],
      [
        "33 roles",
        JSON.stringify({
          roles: Array.from({ length: 33 }, (_, n) => `r${n}`),
        }),
        "roles",
      ],
      ["an unknown status", '{"status":"deleted"}', "status"],
      ["a null status", '{"status":null}', "status"],
      ["a list of a status", '{"status":["active"]}', "status"],
      ["an e-mail", '{"email":"boss@gmail.com"}', "email"],
      ["a profile", '{"roles":[],"profile":{}}', "profile"],
      ["an id", `{"id":"${nobody}"}`, "id"],
    ])(
      "with %s is refused, and nothing is changed",
      async (_what, body, field) => {
        const ada = await service.person();
        const answer = await patch(ada.id, body);
        expect(refusal(answer).slice(0, 3)).toEqual([
          400,
          "invalid_request",
          field,
        ]);
        expect((await service.me(ada)).body).toEqual(ada.user);
      },
    );
  });

  it("nobody locks himself out by accident", async () => {
    const wrong = [
      [{ status: "disabled" }, "status"],
      [{ roles: [] }, "roles"],
      [{ roles: ["editor"], status: "active" }, "roles"],
    ] as const;
    for (const [changes, field] of wrong) {
      expect(refusal(await patch(boss.id, changes))).toEqual([
        400,
        "invalid_request",
        field,
      ]);
    }
    const more = await patch(boss.id, { roles: ["admin", "editor"] });
    expect(more.status).toBe(200);
    expect((await service.me(boss)).status).toBe(200);
  });

  it("signing a user out ends every session, and says who did it", async () => {
    const ada = await service.person();
    const phone = await service.person(ada.account, {}, service.other);
    const path = `/admin/users/${ada.id}/logout`;
    for (const round of [1, 2]) {
      const answer = await call(service.one, "POST", path, boss.accessToken);
      expect([round, answer.status, answer.body]).toEqual([round, 204, {}]);
    }
    for (const session of [ada, phone]) await service.expectSignedOut(session);
    const ended = await linesOf(ada, "sessions_ended");
    expect(ended.map(({ reason, actor }) => [reason, actor])).toEqual([
      ["ended_by_admin", boss.id],
    ]);
    expect((await service.person(ada.account)).status).toBe(200);
  });
});
