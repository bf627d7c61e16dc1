import { auditEvents } from "../src/index";
import { call, type Person } from "./support/calls";
import { Instances } from "./support/instances";
import { query } from "./support/rows";

interface Page {
  readonly items: Record<string, unknown>[];
  readonly nextCursor: string | null;
}

describe("the audit log for administrators", () => {
  let service: Instances;
  let boss: Person;

  beforeAll(async () => {
    service = await Instances.start();
    boss = await service.personWithRoles("admin");
  });

  afterAll(() => service.stop());

  const get = (path: string) =>
    call(service.one, "GET", path, boss.accessToken);
  const pageOf = async (path: string) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    return answer.body as unknown as Page;
  };
  const patch = (id: string, body: unknown, { accessToken } = boss) =>
    call(service.one, "PATCH", `/admin/users/${id}`, accessToken, body);

  it("filters by user and by event, newest first", async () => {
    const ada = await service.person();
    await service.person(ada.account);
    await patch(ada.id, { roles: ["editor"] });
    const { items, nextCursor } = await pageOf(`/admin/audit?userId=${ada.id}`);
    expect(nextCursor).toBeNull();
    expect(items.map(({ event }) => event)).toEqual([
      "roles_changed",
      "sign_in",
      "sign_up",
    ]);
    expect(items[0]).toEqual({
      id: expect.any(String) as string,
      occurredAt: expect.stringMatching(/Z$/) as string,
      event: "roles_changed",
      userId: ada.id,
      sessionId: null,
      actorId: boss.id,
      reason: "changed_by_admin",
      details: { before: [], after: ["editor"] },
      ip: "127.0.0.1",
      userAgent: expect.any(String) as string,
    });
    const path = `/admin/audit?event=sign_up&userId=${ada.id.toUpperCase()}`;
    expect((await pageOf(path)).items).toEqual([items[2]]);
  });

  it.each(Object.keys(auditEvents))("can be filtered by %s", async (event) => {
    const { id } = await service.person();
    await query(
      service.one,
      "INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id) VALUES (gen_random_uuid(), now(), $1, $2)",
      [event, id],
    );
    const { items } = await pageOf(`/admin/audit?event=${event}&limit=100`);
    expect(items.map(({ userId }) => userId)).toContain(id);
    expect(new Set(items.map((item) => item.event))).toEqual(new Set([event]));
  });

  it("shows every line once across pages while lines are added, even lines with the same time", async () => {
    const { id } = await service.person();
    await query(
      service.one,
      `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id)
       SELECT gen_random_uuid(), now() - interval '1 hour' + (n % 3) * interval '1 microsecond', 'sign_in', $1
       FROM generate_series(1, 40) AS n`,
      [id],
    );
    const seen: string[] = [];
    let cursor = "";
    do {
      const page = await pageOf(
        `/admin/audit?userId=${id}&event=sign_in&limit=7&cursor=${cursor}`,
      );
      seen.push(...page.items.map((item) => String(item.id)));
      cursor = page.nextCursor ?? "";
      await query(
        service.one,
        "INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id) VALUES (gen_random_uuid(), now(), 'sign_in', $1)",
        [id],
      );
    } while (cursor);
    expect(seen).toHaveLength(40);
    expect(new Set(seen).size).toBe(40);
  });

  it("keeps the lines of a deleted user", async () => {
    const ada = await service.person();
    await call(service.one, "DELETE", "/users/me", ada.accessToken);
    const { items } = await pageOf(`/admin/audit?userId=${ada.id}`);
    expect(items.map(({ event }) => event)).toContain("user_deleted");
  });
});
