import { newAccount } from "nest-google-auth/testing";
import { claimsOf, TeamApp } from "./team-app";

describe("a sign-up", () => {
  let app: TeamApp;
  const profile = { jobTitle: "engineer" };

  beforeAll(async () => {
    app = await TeamApp.start();
  });

  afterAll(() => app.stop());

  const rowsOf = (email = "") =>
    app.query(
      `SELECT tenant, role, google_auth_id AS "googleAuthId", step
       FROM public.users LEFT JOIN public.onboarding ON user_id = id
       WHERE email = lower($1)`,
      [email],
    );

  it("is refused without an invitation, and writes nothing", async () => {
    const account = newAccount();
    const { status, body } = await app.signIn(account);
    expect([status, body.code]).toEqual([403, "sign_up_not_allowed"]);
    expect(await rowsOf(account.email)).toEqual([]);
  });

  it("uses up an invitation, and gives tenant and role", async () => {
    const account = newAccount();
    await app.invite(account.email, "acme", "owner");
    const { status, body } = await app.signIn(account, { profile });
    expect([status, body.isNewUser]).toEqual([200, true]);
    expect(claimsOf(body.accessToken)).toMatchObject({
      ...{ tenant: "acme", roles: ["owner"], scope: "user" },
    });
    expect(await rowsOf(account.email)).toEqual([
      {
        ...{ tenant: "acme", role: "owner", step: "welcome" },
        googleAuthId: body.user.id,
      },
    ]);
    const left = "SELECT FROM public.invitations WHERE email = lower($1)";
    expect(await app.query(left, [account.email])).toEqual([]);
    expect((await app.signIn(account)).body.isNewUser).toBe(false);
  });

  it("creates no user if the onboarding fails", async () => {
    const account = newAccount();
    await app.invite(account.email);
    await app.query("ALTER TABLE public.onboarding RENAME TO away");
    const failed = await app.signIn(account);
    await app.query("ALTER TABLE public.away RENAME TO onboarding");
    expect([failed.status, failed.body.code]).toEqual([500, "internal_error"]);
    const users = "SELECT FROM google_auth.users WHERE email = $1";
    expect(await app.query(users, [account.email])).toEqual([]);
    expect(await rowsOf(account.email)).toEqual([]);
    expect((await app.signIn(account)).status).toBe(200);
  });

  it("continues a user from before, only if Google is authoritative", async () => {
    const known = newAccount();
    // Of a mailbox elsewhere, which may have changed hands.
    const other = {
      ...newAccount(),
      ...{ email: `kim-${known.sub}@mail.example`, emailVerified: true },
    };
    delete (other as { hd?: string }).hd;
    for (const { email } of [known, other]) {
      await app.query(
        "INSERT INTO public.users (email, tenant, role) VALUES (lower($1), 'initech', 'owner')",
        [email],
      );
    }
    const { body } = await app.signIn(known);
    expect(await rowsOf(known.email)).toMatchObject([
      { tenant: "initech", role: "owner", googleAuthId: body.user.id },
    ]);
    // An invitation to the address does not help either.
    await app.invite(other.email);
    expect((await app.signIn(other)).body.code).toBe("sign_up_not_allowed");
    expect(await rowsOf(other.email)).toMatchObject([{ googleAuthId: null }]);
  });

  it("one of two accounts with the invited address gets the place", async () => {
    const one = newAccount();
    const other = { ...newAccount(), email: one.email };
    await app.invite(one.email);
    const answers = await Promise.all([app.signIn(one), app.signIn(other)]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 403]);
    expect(await rowsOf(one.email)).toHaveLength(1);
  });

  it("is finished with the required profile", async () => {
    const account = newAccount();
    await app.invite(account.email);
    const { body: first } = await app.signIn(account);
    const token = first.accessToken;
    expect(first.profileComplete).toBe(false);
    const refused = await app.call("GET", "/team", { token });
    expect([refused.status, refused.body.code]).toEqual([
      ...[403, "profile_incomplete"],
    ]);
    const path = "/users/me/complete";
    const invalid = { profile: { jobTitle: "" } };
    const bad = await app.call("POST", path, { token, body: invalid });
    expect(bad.body.errors[0].field).toBe("profile.jobTitle");
    await app.call("POST", path, { token, body: { profile } });
    const { refreshToken } = first;
    const renewed = await app.call("POST", "/auth/refresh", {
      body: { refreshToken },
    });
    const team = await app.call("GET", "/team", {
      token: renewed.body.accessToken,
    });
    expect(team.status).toBe(200);
  });
});
