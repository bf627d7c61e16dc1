import { newAccount } from "../src/testing/google/accounts";
import { TestService } from "../src/testing/test-service";
import { call, claimsOf, type Person, refusal } from "./support/calls";
import { Instances } from "./support/instances";
import { query } from "./support/rows";

describe("ADMIN_EMAILS", () => {
  let service: Instances;
  /** The instance with ADMIN_EMAILS. */
  let listing: TestService;
  let boss: Person;

  const tag = Date.now();
  const listed = `Keeper.${tag}@Gmail.com`;
  const elsewhere = `keeper.${tag}@elsewhere.example`;

  beforeAll(async () => {
    service = await Instances.start();
    boss = await service.personWithRoles("admin");
    listing = await TestService.start(service.google, {
      database: service.database,
      env: {
        ADMIN_EMAILS: `${listed.toUpperCase()}, ${elsewhere}`,
        REQUIRE_VERIFIED_EMAIL: "false",
      },
    });
  });

  afterAll(async () => {
    await listing.stop();
    await service.stop();
  });

  const patch = (id: string, body: unknown, { accessToken } = boss) =>
    call(service.one, "PATCH", `/admin/users/${id}`, accessToken, body);
  const linesOf = ({ id }: Person, event: string) =>
    query<Record<string, unknown>>(
      service.one,
      `SELECT reason, actor_id AS actor, details, host(ip) AS ip
       FROM google_auth.audit_events WHERE user_id = $1 AND event = $2 ORDER BY occurred_at`,
      [id, event],
    );

  it("grants the admin role once to a user with a listed address, and logs it", async () => {
    const account = newAccount({ email: listed.toLowerCase() });
    const people = await Promise.all(
      Array.from({ length: 6 }, () => service.person(account, {}, listing)),
    );
    for (const root of people) {
      expect(root.user.roles).toEqual(["admin"]);
      expect(claimsOf(root.accessToken).roles).toEqual(["admin"]);
    }
    const [root] = people as [Person];
    expect(
      (await call(service.one, "GET", "/admin/users", root.accessToken)).status,
    ).toBe(200);
    expect(await linesOf(root, "roles_changed")).toEqual([
      {
        reason: "admin_emails",
        actor: null,
        details: { before: [], after: ["admin"] },
        ip: "127.0.0.1",
      },
    ]);
  });

  it("adds to a known user's roles; removal from the list revokes nothing", async () => {
    const account = newAccount({ email: listed });
    const { id } = await service.person(account);
    await patch(id, { roles: ["editor"] });
    const root = await service.person(account, {}, listing);
    expect(root.user.roles).toEqual(["editor", "admin"]);
    const later = await service.person(account);
    expect(later.user.roles).toEqual(["editor", "admin"]);
  });

  it.each([
    ["an address that is only verified", { email: elsewhere }],
    [
      "an address that is not verified",
      { email: listed, emailVerified: false },
    ],
    ["another address", { email: `x${listed}` }],
    [
      "an address that starts with a listed one",
      { email: `${listed}.evil.example` },
    ],
    // The lower case of the Kelvin sign is an ASCII k.
    [
      "an address that looks like a listed one",
      { email: listed.replace("K", "\u212a") },
    ],
    ["no address", { email: undefined, emailVerified: undefined }],
  ])("does nothing for %s", async (_what, overrides) => {
    const answer = await service.person(newAccount(overrides), {}, listing);
    expect([answer.status, answer.user.roles]).toEqual([200, []]);
  });

  it("applies to addresses of a Workspace domain", async () => {
    const account = newAccount({
      email: elsewhere,
      hd: "elsewhere.example",
    });
    const root = await service.person(account, {}, listing);
    expect(root.user.roles).toEqual(["admin"]);
  });

  it("does not admit a disabled user", async () => {
    const account = newAccount({ email: listed });
    const { id } = await service.person(account);
    await patch(id, { status: "disabled" });
    const answer = await service.person(account, {}, listing);
    expect(refusal(answer)).toEqual([403, "account_disabled"]);
  });

  it.each([
    ["keeper"],
    ["a@gmail.com,@gmail.com"],
    ["a@gmail.com;b@gmail.com"],
  ])("%s is refused at the start", async (ADMIN_EMAILS) => {
    const { google, database } = service;
    const env = { ADMIN_EMAILS };
    await expect(TestService.start(google, { database, env })).rejects.toThrow(
      "ADMIN_EMAILS",
    );
  });
});
