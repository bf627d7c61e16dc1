import { newAccount } from "../src/testing/google/accounts";
import { call, type Person, refusal } from "./support/calls";
import { Instances } from "./support/instances";
import { answerOf } from "./support/requests";
import { query } from "./support/rows";
import { eventUri, report } from "./support/security-events";

const nobody = "019aa0b5-1c00-7000-8000-000000000001";

interface Page {
  readonly items: Record<string, unknown>[];
  readonly nextCursor: string | null;
}

describe("administration", () => {
  let service: Instances;
  let boss: Person;

  beforeAll(async () => {
    service = await Instances.start();
    boss = await service.personWithRoles("admin");
  });

  afterAll(() => service.stop());

  const get = (path: string) =>
    call(service.one, "GET", path, boss.accessToken);
  const patch = (id: string, body: unknown) =>
    call(service.one, "PATCH", `/admin/users/${id}`, boss.accessToken, body);
  const pageOf = async (path: string) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    return answer.body as unknown as Page;
  };

  const routes = [
    ["GET", "/admin/users"],
    ["GET", `/admin/users/${nobody}`],
    ["PATCH", `/admin/users/${nobody}`],
    ["POST", `/admin/users/${nobody}/logout`],
    ["GET", "/admin/audit"],
    ["GET", "/admin/overview"],
  ] as const;

  describe.each(routes)("%s %s", (method, path) => {
    const body = method === "PATCH" ? {} : undefined;

    it("refuses requests without a token", async () => {
      const answer = await call(service.one, method, path, undefined, body);
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
    });

    it.each([["{}"], ["{editor}"], ["{Admin,administrator,admin2}"]])(
      "refuses users with the roles %s",
      async (roles) => {
        const { id, account } = await service.person();
        await query(
          service.one,
          "UPDATE google_auth.users SET roles = $2 WHERE id = $1",
          [id, roles],
        );
        const { accessToken } = await service.person(account);
        const answer = await call(service.one, method, path, accessToken, body);
        expect(refusal(answer)).toEqual([403, "insufficient_role"]);
        expect(answer.headers.get("cache-control")).toBe("no-store");
      },
    );
  });

  describe("the list of users", () => {
    it("shows users as /users/me does, newest first", async () => {
      const [ada, alan] = [await service.person(), await service.person()];
      const { items } = await pageOf("/admin/users?limit=2");
      expect(items).toEqual([alan.user, ada.user]);
    });

    it("shows every user once across pages while others sign up", async () => {
      const before = await query<{ id: string }>(
        service.one,
        "SELECT id FROM google_auth.users",
      );
      const seen: unknown[] = [];
      let cursor = "";
      do {
        const page = await pageOf(`/admin/users?limit=3&cursor=${cursor}`);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? "";
        await Promise.all([
          service.person(),
          service.person(undefined, {}, service.other),
        ]);
      } while (cursor);
      expect(seen).toHaveLength(before.length);
      expect(new Set(seen)).toEqual(new Set(before.map(({ id }) => id)));
    });

    it("has pages of 50 by default, and no cursor on the last", async () => {
      await query(
        service.one,
        `INSERT INTO google_auth.users (id, email, created_at, updated_at, last_sign_in_at)
         SELECT gen_random_uuid(), 'many@crowd.example', now(), now(), now()
         FROM generate_series(1, 101)`,
      );
      const path = "/admin/users?email=many@crowd.example";
      expect((await pageOf(path)).items).toHaveLength(50);
      const most = await pageOf(`${path}&limit=100`);
      expect(most.items).toHaveLength(100);
      const last = await pageOf(`${path}&limit=1&cursor=${most.nextCursor}`);
      expect(last.items).toHaveLength(1);
      expect(last.nextCursor).toBeNull();
    });

    it("can be filtered by the full e-mail address in any case, and by status", async () => {
      const email = `Grace.${Date.now()}@Navy.example`;
      const [grace, gone] = [
        await service.person(newAccount({ email })),
        await service.person(newAccount({ email: email.toLowerCase() })),
      ];
      await service.person(newAccount({ email: `x${email}` }));
      await patch(gone.id, { status: "disabled" });
      const idsOf = async (parameters: Record<string, string>) => {
        const search = new URLSearchParams(parameters).toString();
        const { items } = await pageOf(`/admin/users?${search}`);
        return items.map(({ id }) => id);
      };
      const upper = email.toUpperCase();
      expect(await idsOf({ email: upper })).toEqual([gone.id, grace.id]);
      expect(await idsOf({ email: upper, status: "active" })).toEqual([
        grace.id,
      ]);
      expect(await idsOf({ email: upper, status: "disabled" })).toEqual([
        gone.id,
      ]);
      expect(await idsOf({ status: "disabled" })).toContain(gone.id);
      expect(await idsOf({ status: "active" })).not.toContain(gone.id);
      for (const pattern of ["%", "_".repeat(email.length), "' OR 1=1--"]) {
        expect(await idsOf({ email: pattern })).toEqual([]);
      }
      const all = await pageOf("/admin/users?email=&status=&cursor=&limit=");
      expect(all.items).toHaveLength(50);
    });
  });

  describe("one user", () => {
    it("is shown by id, with its identities", async () => {
      const ada = await service.person();
      const answer = await get(`/admin/users/${ada.id}`);
      const { identities, ...user } = answer.body;
      expect([answer.status, user]).toEqual([200, ada.user]);
      expect(identities).toEqual([
        {
          ...{ issuer: "https://accounts.google.com", email: ada.user.email },
          ...{ subject: ada.account.sub, blocked: false, blockedSince: null },
          createdAt: ada.user.createdAt,
          lastSignInAt: ada.user.lastSignInAt,
        },
      ]);
    });

    it("is shown as blocked while Google reports the account hijacked", async () => {
      const ada = await service.person();
      await report(service.one, service.google, {
        account: ada.account,
        eventType: eventUri("account-disabled"),
      });
      const { body } = await get(`/admin/users/${ada.id}`);
      const blockedSince = expect.any(String) as unknown;
      expect(body).toMatchObject({
        status: "active",
        identities: [{ blocked: true, blockedSince }],
      });
    });

    it.each([
      [nobody],
      ["1"],
      ["me"],
      ["%27%20OR%201=1--"],
      ["%00"],
      [nobody.toUpperCase()],
      [`${nobody}0`],
      ["..%2f..%2fetc%2fpasswd"],
    ])("%s is refused", async (id) => {
      const path = `/admin/users/${id}`;
      const answers = [
        await get(path),
        await patch(id, { status: "active" }),
        await call(service.one, "POST", `${path}/logout`, boss.accessToken),
      ];
      for (const answer of answers) {
        expect(refusal(answer)).toEqual([404, "not_found"]);
      }
    });
  });

  it("answers HEAD without a body and refuses other methods", async () => {
    const headers = { authorization: `Bearer ${boss.accessToken}` };
    const head = await service.one.fetch("/admin/users", {
      method: "HEAD",
      headers,
    });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    for (const method of ["POST", "DELETE", "PUT"]) {
      const answer = await answerOf(
        await service.one.fetch("/admin/users", { method, headers }),
      );
      expect(refusal(answer)).toEqual([405, "method_not_allowed"]);
    }
  });

  it("writes no token to the log", () => {
    const log = service.one.logLines.join("");
    expect(log).not.toContain(boss.refreshToken);
    expect(log).not.toContain(boss.accessToken.split(".")[2]);
  });
});
