import { call, claimsOf, type Person, refusal } from "./support/calls";
import { Instances } from "./support/instances";
import { postJson } from "./support/requests";
import { query } from "./support/rows";

const nobody = "019aa0b5-1c00-7000-8000-000000000001";

describe("administrators' changes to users", () => {
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
    it("ends all sessions on both instances and refuses sign-ins until the user is enabled", async () => {
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

    it("during repeated sign-ins of the user, leaves no session", async () => {
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
    it("takes effect at the next refresh and logs the administrator", async () => {
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

    it("grants and revokes the admin role, and revoking it signs the user out", async () => {
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

    it("is refused to a former administrator whose token still has the role", async () => {
      const [admin, ada] = [
        await service.personWithRoles("admin"),
        await service.person(),
      ];
      // Like another instance in the second before it receives the revocation.
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

    it("when two administrators revoke each other's role at once, leaves one administrator", async () => {
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
      ["a string", '{"roles":"admin"}', "roles"],
      ["null", '{"roles":null}', "roles"],
      ["an object", '{"roles":{"0":"admin"}}', "roles"],
      ["a number in the list", '{"roles":[1]}', "roles"],
      ["a list inside the list", '{"roles":[["admin"]]}', "roles"],
      [
        "thousands of nested lists",
        `{"roles":${"[".repeat(7000)}${"]".repeat(7000)}}`,
        "roles",
      ],
      ["a duplicate", '{"roles":["a","a"]}', "roles"],
      ["an empty name", '{"roles":[""]}', "roles"],
      ["upper case", '{"roles":["Admin"]}', "roles"],
      ["a space", '{"roles":["a b"]}', "roles"],
      ["a comma", '{"roles":["a,admin"]}', "roles"],
      ["a line break", '{"roles":["admin\\n"]}', "roles"],
      [
        "a Cyrillic letter that looks like a Latin one",
        '{"roles":["аdmin"]}',
        "roles",
      ],
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
      ["a status in a list", '{"status":["active"]}', "status"],
      ["an e-mail", '{"email":"boss@gmail.com"}', "email"],
      ["a profile", '{"roles":[],"profile":{}}', "profile"],
      ["an id", `{"id":"${nobody}"}`, "id"],
    ])("with %s is refused and changes nothing", async (_what, body, field) => {
      const ada = await service.person();
      const answer = await patch(ada.id, body);
      expect(refusal(answer).slice(0, 3)).toEqual([
        400,
        "invalid_request",
        field,
      ]);
      expect((await service.me(ada)).body).toEqual(ada.user);
    });
  });

  it("an administrator cannot disable or demote themselves", async () => {
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

  it("signing a user out ends every session and logs the administrator", async () => {
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
