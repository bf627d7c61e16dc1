import { newAccount } from "../src/testing/google/accounts";
import { getWithToken, postForm, postJson, signIn } from "./support/requests";
import { query, rowCounts } from "./support/rows";
import { useService } from "./support/use-service";

describe("signing in with a Google ID token", () => {
  const site = useService();

  describe("in every supported format", () => {
    const shapes = [
      ["form", "/tokensignin", "idtoken", "Google's legacy web sample"],
      ["form", "/tokensignin", "idToken", "Google's Android sample, AIR"],
      ["form", "/auth/google", "idtoken", "form, lower case"],
      ["form", "/auth/google", "idToken", "form, camel case"],
      ["json", "/auth/google", "idToken", "Google's iOS sample"],
      ["json", "/tokensignin", "idToken", "JSON at the sample's path"],
      ["form", "/auth/google", "credential", "Identity Services, form"],
      ["json", "/auth/google", "credential", "Identity Services, JSON"],
      ["form", "/auth/google", "id_token", "OAuth, form"],
      ["json", "/auth/google", "id_token", "OAuth, JSON"],
    ] as const;

    it.each(shapes)("%s to %s as %s (%s) is 200", async (kind, path, field) => {
      const idToken = await site.google.idToken({ account: newAccount() });
      const post = kind === "form" ? postForm : postJson;
      const answer = await post(site.service, path, { [field]: idToken });
      expect(answer.status).toBe(200);
      expect(answer.body.tokenType).toBe("Bearer");
      const me = await getWithToken(
        site.service,
        "/users/me",
        String(answer.body.accessToken),
      );
      expect(me.status).toBe(200);
      expect(me.body).toEqual(answer.body.user);
    });

    it("ignores the other fields of Google's form", async () => {
      const answer = await postForm(site.service, "/auth/google", {
        credential: await site.google.idToken(),
        clientId: site.google.clientIds[0],
        client_id: site.google.clientIds[0],
        g_csrf_token: "0123456789abcdef",
        select_by: "btn",
        role: "admin",
      });
      expect(answer.status).toBe(200);
    });

    it("accepts the same token under two names", async () => {
      const idToken = await site.google.idToken();
      const answer = await postJson(site.service, "/auth/google", {
        idToken,
        credential: idToken,
      });
      expect(answer.status).toBe(200);
    });
  });

  describe("from several apps of one project", () => {
    it.each([0, 1, 2])("client id number %i is an audience", async (index) => {
      const audience = site.google.clientIds[index];
      const { status } = await signIn(
        site.service,
        await site.google.idToken({ audience }),
      );
      expect(status).toBe(200);
    });

    it("a token with audience web and azp Android is accepted, and both are stored", async () => {
      const [audience, , azp] = site.google.clientIds;
      const account = newAccount();
      const answer = await signIn(
        site.service,
        await site.google.idToken({ account, audience, azp }),
      );
      expect(answer.status).toBe(200);
      const [identity] = await query<{ claims: Record<string, unknown> }>(
        site.service,
        "SELECT claims FROM google_auth.identities WHERE subject = $1",
        [account.sub],
      );
      expect(identity?.claims).toMatchObject({
        clientId: audience,
        authorizedParty: azp,
      });
    });

    it("a token without an authorized party is accepted for its audience", async () => {
      const { status } = await signIn(
        site.service,
        await site.google.idToken({ claims: { azp: undefined } }),
      );
      expect(status).toBe(200);
    });

    it("both spellings of Google's issuer sign in the same user", async () => {
      const account = newAccount();
      const answers = [];
      for (const iss of [
        "accounts.google.com",
        "https://accounts.google.com",
      ]) {
        answers.push(
          await signIn(
            site.service,
            await site.google.idToken({ account, claims: { iss } }),
          ),
        );
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers[0]?.user.id).toBe(answers[1]?.user.id);
    });
  });

  describe("the response", () => {
    it("has the documented members and types, and cannot be cached", async () => {
      const account = newAccount({ givenName: "Ada", name: "Ada L" });
      const answer = await signIn(
        site.service,
        await site.google.idToken({ account }),
      );
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.body).toEqual({
        tokenType: "Bearer",
        accessToken: expect.stringMatching(
          /^[\w-]+\.[\w-]+\.[\w-]+$/,
        ) as string,
        expiresIn: 900,
        refreshToken: expect.stringMatching(
          /^v1\.[0-9a-f-]{36}\.1\.[\w-]{64}$/,
        ) as string,
        refreshExpiresIn: 2592000,
        sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        isNewUser: true,
        profileComplete: true,
        user: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          email: account.email,
          emailVerified: true,
          emailAuthority: "authoritative",
          name: "Ada L",
          givenName: "Ada",
          familyName: account.familyName,
          picture: account.picture,
          locale: null,
          hostedDomain: null,
          roles: [],
          status: "active",
          profile: {},
          createdAt: expect.stringMatching(/Z$/) as string,
          lastSignInAt: expect.stringMatching(/Z$/) as string,
        },
      });
    });

    it("has isNewUser only the first time", async () => {
      const account = newAccount();
      const first = await signIn(
        site.service,
        await site.google.idToken({ account }),
      );
      const second = await signIn(
        site.service,
        await site.google.idToken({ account }),
      );
      expect(first.body.isNewUser).toBe(true);
      expect(second.body.isNewUser).toBe(false);
      expect(second.user.id).toBe(first.user.id);
      expect(second.body.sessionId).not.toBe(first.body.sessionId);
    });

    it.each([
      ["consumer", "authoritative"],
      ["workspace", "authoritative"],
      ["thirdPartyEmail", "verified"],
    ] as const)("rates the e-mail of %s as %s", async (account, authority) => {
      const { user } = await signIn(
        site.service,
        await site.google.idToken({ account }),
      );
      expect(user.emailAuthority).toBe(authority);
    });

    it("stores the label, address and user agent of the device", async () => {
      const answer = await postJson(site.service, "/auth/google", {
        idToken: await site.google.idToken(),
        device: "Ada's phone",
      });
      const [session] = await query(
        site.service,
        "SELECT device, host(ip) AS ip, user_agent FROM google_auth.sessions WHERE id = $1",
        [answer.body.sessionId],
      );
      expect(session).toEqual({
        device: "Ada's phone",
        ip: "127.0.0.1",
        user_agent: "node",
      });
    });
  });

  it("removes from names and labels what Postgres cannot store", async () => {
    const answer = await postJson(site.service, "/auth/google", {
      idToken: await site.google.idToken({
        account: newAccount({ name: "A\u0000d\ud800a \u202eevil" }),
      }),
      device: "my\u0000 phone\udc00",
    });
    expect(answer.status).toBe(200);
    expect(answer.body.user).toMatchObject({ name: "Ada evil" });
    const [session] = await query(
      site.service,
      "SELECT device FROM google_auth.sessions WHERE id = $1",
      [answer.body.sessionId],
    );
    expect(session).toEqual({ device: "my phone" });
  });

  describe("the identity of a user", () => {
    it("two subjects with one e-mail are two users", async () => {
      const email = "shared@gmail.com";
      const one = await signIn(
        site.service,
        await site.google.idToken({ account: newAccount({ email }) }),
      );
      const other = await signIn(
        site.service,
        await site.google.idToken({ account: newAccount({ email }) }),
      );
      expect(other.user.id).not.toBe(one.user.id);
      expect(other.body.isNewUser).toBe(true);
    });

    it("one subject with a new e-mail is the same user, with the new e-mail", async () => {
      const account = newAccount();
      const before = await signIn(
        site.service,
        await site.google.idToken({ account }),
      );
      const after = await signIn(
        site.service,
        await site.google.idToken({
          account: { ...account, email: "renamed@gmail.com" },
        }),
      );
      expect(after.user.id).toBe(before.user.id);
      expect(after.user.email).toBe("renamed@gmail.com");
    });

    it("subjects that differ in case only are two users", async () => {
      const upper = await signIn(
        site.service,
        await site.google.idToken({ claims: { sub: "Case" } }),
      );
      const lower = await signIn(
        site.service,
        await site.google.idToken({ claims: { sub: "case" } }),
      );
      expect(upper.user.id).not.toBe(lower.user.id);
    });

    it("a later token without the profile scope keeps the name", async () => {
      const account = newAccount();
      await signIn(site.service, await site.google.idToken({ account }));
      const { user } = await signIn(
        site.service,
        await site.google.idToken({
          account: { ...account, name: undefined, picture: undefined },
        }),
      );
      expect(user.name).toBe(account.name);
    });

    it("a disabled user is refused and nothing is written", async () => {
      const account = newAccount();
      const { user } = await signIn(
        site.service,
        await site.google.idToken({ account }),
      );
      await query(
        site.service,
        "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
        [user.id],
      );
      const before = await rowCounts(site.service);
      const answer = await signIn(
        site.service,
        await site.google.idToken({ account }),
      );
      expect(answer.status).toBe(403);
      expect(answer.body.code).toBe("account_disabled");
      expect(await rowCounts(site.service)).toEqual(before);
    });
  });
});
