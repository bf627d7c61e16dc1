import { newAccount } from "nest-google-auth/testing";
import { claimsOf, TeamApp } from "./team-app";

describe("the team", () => {
  let app: TeamApp;
  const profile = { jobTitle: "engineer" };

  beforeAll(async () => {
    app = await TeamApp.start();
  });

  afterAll(() => app.stop());

  const member = async (tenant: string, role: string) => {
    const account = newAccount();
    await app.invite(account.email, tenant, role);
    const { body } = await app.signIn(account, { profile });
    const token = body.accessToken as string;
    return { ...{ account, token }, refreshToken: body.refreshToken as string };
  };

  it("is visible to its own tenant only", async () => {
    const ada = await member("one", "owner");
    const kim = await member("two", "member");
    for (const { token, account } of [ada, kim]) {
      const { body } = await app.call("GET", "/team", { token });
      expect(body).toMatchObject([{ email: account.email?.toLowerCase() }]);
      expect(body).toHaveLength(1);
    }
    expect((await app.call("GET", "/team")).body.code).toBe("unauthenticated");
  });

  it("is invited by owners, who are those of the application's table", async () => {
    const owner = await member("three", "owner");
    const kim = await member("three", "member");
    const invited = newAccount();
    const body = { email: invited.email, role: "member" };
    const path = "/team/invitations";
    const refused = await app.call("POST", path, { token: kim.token, body });
    expect([refused.status, refused.body.code]).toEqual([
      ...[403, "insufficient_role"],
    ]);
    expect((await app.signIn(invited)).status).toBe(403);
    await app.call("POST", path, { token: owner.token, body });
    const joined = await app.signIn(invited);
    expect(claimsOf(joined.body.accessToken).tenant).toBe("three");
  });

  it("a changed role takes effect with the next refresh", async () => {
    const owner = await member("four", "owner");
    const kim = await member("four", "member");
    const { body: team } = await app.call<{ id: number }[]>("GET", "/team", {
      token: owner.token,
    });
    const id = team[1]?.id;
    const body = { role: "owner" };
    const changed = await app.call("PATCH", `/team/${id}`, {
      ...{ token: owner.token, body },
    });
    expect(changed.status).toBe(200);
    const { refreshToken } = kim;
    const { body: renewed } = await app.call("POST", "/auth/refresh", {
      body: { refreshToken },
    });
    expect(claimsOf(renewed.accessToken).roles).toEqual(["owner"]);
    // Not one of another tenant.
    const stranger = await member("five", "owner");
    const refused = await app.call("PATCH", `/team/${id}`, {
      ...{ token: stranger.token, body: { role: "member" } },
    });
    expect(refused.status).toBe(404);
  });

  it("is closed to whom it has dismissed", async () => {
    const { account } = await member("seven", "owner");
    await app.query("DELETE FROM public.users WHERE email = lower($1)", [
      account.email,
    ]);
    const { body } = await app.signIn(account);
    const token = body.accessToken as string;
    expect((await app.call("GET", "/team", { token })).status).toBe(403);
    const invitation = { email: "kim@mail.example", role: "owner" };
    const invited = await app.call("POST", "/team/invitations", {
      ...{ token, body: invitation },
    });
    expect(invited.status).toBe(403);
  });

  it("loses who deletes the account", async () => {
    const { token, account } = await member("six", "owner");
    await app.call("DELETE", "/users/me", { token });
    const rows = "SELECT FROM public.users WHERE email = lower($1)";
    expect(await app.query(rows, [account.email])).toEqual([]);
  });
});
