import { call, type Person, refusal } from "./support/calls";
import { Instances } from "./support/instances";

const nobody = "019aa0b5-1c00-7000-8000-000000000001";

describe("the query parameters of the admin routes", () => {
  let service: Instances;
  let boss: Person;

  beforeAll(async () => {
    service = await Instances.start();
    boss = await service.personWithRoles("admin");
  });

  afterAll(() => service.stop());

  const get = (path: string) =>
    call(service.one, "GET", path, boss.accessToken);

  describe("an invalid query", () => {
    const wrong = [
      ["users?limit=0", "limit"],
      ["users?limit=101", "limit"],
      ["users?limit=-1", "limit"],
      ["users?limit=1.5", "limit"],
      ["users?limit=1e1", "limit"],
      ["users?limit=0x10", "limit"],
      ["users?limit=ten", "limit"],
      ["users?limit=%2010", "limit"],
      ["users?limit=10&limit=20", "limit"],
      ["users?limit[]=10", "query"],
      ["users?status=deleted", "status"],
      ["users?status=Active", "status"],
      ["users?status=active&status=active", "status"],
      ["users?email=a@b.example&email=c@d.example", "email"],
      ["users?email[$ne]=x", "query"],
      [`users?email=${"x".repeat(321)}`, "email"],
      ["users?email=a%00b", "email"],
      ["users?name=a&name=b", "name"],
      [`users?name=${"x".repeat(257)}`, "name"],
      ["users?name=a%00b", "name"],
      ["users?cursor=1", "cursor"],
      ["users?cursor=%27%20OR%201=1--", "cursor"],
      [`users?cursor=${"A".repeat(600)}`, "cursor"],
      ["users?cursor=a&cursor=b", "cursor"],
      ["users?emial=a@b.example", "emial"],
      ["users?roles=admin", "roles"],
      ["users?__proto__=1", "__proto__"],
      ["users?constructor=1", "constructor"],
      ["users?access_token=x", "access_token"],
      ["audit?userId=1", "userId"],
      [`audit?userId=${nobody}&userId=${nobody}`, "userId"],
      ["audit?userId=%27%20OR%201=1--", "userId"],
      ["audit?event=everything", "event"],
      ["audit?event=toString", "event"],
      ["audit?event=sign_in&event=sign_up", "event"],
      ["audit?limit=1000", "limit"],
      ["audit?cursor=x", "cursor"],
      ["audit?since=2026", "since"],
    ] as const;

    it.each(
      wrong.map(([path, field]) => [path.slice(0, 60), field, path] as const),
    )("%s is refused, naming %s", async (_path, field, path) => {
      const answer = await get(`/admin/${path}`);
      expect(refusal(answer).slice(0, 3)).toEqual([
        400,
        "invalid_request",
        field,
      ]);
    });

    it("a cursor of another list, or an altered one, is refused", async () => {
      const { body } = await get("/admin/users?limit=1");
      const cursor = String(body.nextCursor);
      const spoiled = cursor.replace(/.$/, (last) =>
        last === "A" ? "B" : "A",
      );
      for (const path of [
        `/admin/audit?cursor=${cursor}`,
        `/admin/users?cursor=${spoiled}`,
        `/admin/users?cursor=${cursor}=`,
      ]) {
        expect(refusal(await get(path))).toEqual([
          400,
          "invalid_request",
          "cursor",
        ]);
      }
    });
  });
});
