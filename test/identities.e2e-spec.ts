import { newAccount } from "../src/testing/google/accounts";
import { call, refusal } from "./support/calls";
import { answers } from "./support/faulty-api";
import { identitiesPath, Linking } from "./support/linking";
import { postJson } from "./support/requests";
import { rowCounts } from "./support/rows";

describe("a user's linked accounts", () => {
  let site: Linking;

  beforeAll(async () => {
    site = await Linking.start();
  });

  afterAll(() => site.stop());

  describe("GET /users/me/identities", () => {
    it("lists the account that signed up", async () => {
      const ada = await site.person();
      const answer = await call(
        site.service,
        "GET",
        identitiesPath,
        ada.accessToken,
      );
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.body).toEqual({
        items: [
          {
            id: expect.stringMatching(/^[\w-]{43}$/) as string,
            issuer: "https://accounts.google.com",
            email: ada.account.email,
            createdAt: ada.user.createdAt,
            lastSignInAt: ada.user.lastSignInAt,
          },
        ],
      });
      expect(JSON.stringify(answer.body)).not.toContain(ada.account.sub);
    });

    it("lists accounts oldest first, with stable ids", async () => {
      const ada = await site.person();
      const accounts = [newAccount(), newAccount(), newAccount()];
      const ids = await site.idsOf(ada);
      for (const account of accounts) {
        site.clock.advance(1);
        const linked = await site.linkAccount(ada, account);
        ids.push(String(linked.body.id));
      }
      expect(await site.idsOf(ada)).toEqual(ids);
      site.clock.advance(1);
      await site.person(accounts[1]);
      expect(await site.idsOf(ada)).toEqual(ids);
    });
  });

  describe("POST /users/me/identities", () => {
    it("links another Google account, which then signs in the same user", async () => {
      const ada = await site.person();
      const other = newAccount();
      const before = await rowCounts(site.service);
      const answer = await site.linkAccount(ada, other);
      expect([answer.status, answer.body.email]).toEqual([200, other.email]);
      expect(await rowCounts(site.service)).toEqual({
        ...before,
        identities: (before.identities ?? 0) + 1,
      });
      expect(await site.linesOf(ada)).toEqual([
        {
          event: "identity_linked",
          sessionId: ada.sessionId,
          actorId: null,
          reason: null,
          details: { id: answer.body.id, issuer: answer.body.issuer },
          ip: "127.0.0.1",
          userAgent: expect.any(String) as string,
        },
      ]);
      const me = await call(site.service, "GET", "/users/me", ada.accessToken);
      expect(me.body.email).toBe(ada.account.email);
      const again = await site.person(other);
      expect([again.id, again.body.isNewUser]).toEqual([ada.id, false]);
    });

    it("keeps the first account's e-mail and profile until that account is unlinked", async () => {
      const ada = await site.person();
      const other = newAccount({ hd: "other.example", name: "Countess" });
      site.clock.advance(1);
      await site.linkAccount(ada, other);
      const { email, name, hostedDomain, emailAuthority } = ada.user;
      const { user } = await site.person(other);
      expect(user).toMatchObject({ email, name, hostedDomain, emailAuthority });
      const [first = ""] = await site.idsOf(ada);
      await site.unlink(ada, first);
      const { user: later } = await site.person(other);
      expect(later).toMatchObject({
        ...{ email: other.email, name: "Countess" },
        hostedDomain: "other.example",
      });
    });

    it("links an account of another provider, even while sign-up is closed", async () => {
      const ada = await site.person();
      await using closed = await site.another(
        { SIGN_UP: "closed" },
        site.service.database,
      );
      site.api.behaviour = answers(200, {
        ...{ active: true, sub: "ada", iat: site.clock.nowSeconds() },
        ...{ email: "ada@corp.example", email_verified: true },
      });
      const body = { provider: "partner", idToken: "opaque" };
      const answer = await site.link(ada, body, closed);
      expect([answer.status, answer.body.issuer]).toEqual([
        200,
        "verify-token:partner",
      ]);
      const signedIn = await postJson(closed, "/auth/partner", {
        idToken: "opaque",
      });
      expect([signedIn.status, signedIn.body.user]).toMatchObject([
        200,
        { id: ada.id },
      ]);
    });

    it("of an account that is already linked to the user is 200 and changes nothing", async () => {
      const ada = await site.person();
      const other = newAccount();
      site.clock.advance(1);
      const first = await site.linkAccount(ada, other);
      site.clock.advance(1);
      const again = await site.linkAccount(ada, other);
      expect([again.status, again.body]).toEqual([200, first.body]);
      const own = await site.linkAccount(ada, ada.account);
      expect([own.status, own.body.id]).toEqual([
        200,
        (await site.idsOf(ada))[0],
      ]);
      expect(await site.idsOf(ada)).toHaveLength(2);
      expect(await site.linesOf(ada)).toHaveLength(1);
    });

    it("of another user's account is 409 identity_in_use", async () => {
      const [ada, bob] = [await site.person(), await site.person()];
      const answer = await site.linkAccount(ada, bob.account);
      expect(refusal(answer)).toEqual([409, "identity_in_use"]);
      expect(JSON.stringify(answer.body)).not.toContain(bob.id);
      expect(await site.idsOf(ada)).toHaveLength(1);
      expect((await site.person(bob.account)).id).toBe(bob.id);
      expect(await site.linesOf(ada)).toEqual([]);
    });

    it("of an eleventh account is 409 identity_limit_reached, even if 15 are linked at once", async () => {
      const ada = await site.person();
      const all = await Promise.all(
        Array.from({ length: 15 }, () => site.linkAccount(ada, newAccount())),
      );
      const refused = all.filter(({ status }) => status !== 200);
      expect(refused.map(refusal)).toEqual(
        Array.from({ length: 6 }, () => [409, "identity_limit_reached"]),
      );
      expect(await site.idsOf(ada)).toHaveLength(10);
      expect(await site.linesOf(ada)).toHaveLength(9);
      const own = await site.linkAccount(ada, ada.account);
      expect(own.status).toBe(200);
    });
  });

  describe("DELETE /users/me/identities/:id", () => {
    it("unlinks the account, which signs in as a new user afterwards", async () => {
      const ada = await site.person();
      const other = newAccount();
      const { body } = await site.linkAccount(ada, other);
      const before = await rowCounts(site.service);
      site.clock.advance(1);
      const answer = await site.unlink(ada, String(body.id));
      expect([answer.status, answer.body]).toEqual([204, {}]);
      expect(await rowCounts(site.service)).toEqual({
        ...before,
        identities: (before.identities ?? 0) - 1,
      });
      expect((await site.linesOf(ada)).at(-1)).toMatchObject({
        event: "identity_unlinked",
        sessionId: ada.sessionId,
        details: { id: body.id, issuer: body.issuer },
        ip: "127.0.0.1",
      });
      const me = await call(site.service, "GET", "/users/me", ada.accessToken);
      expect(me.status).toBe(200);
      const stranger = await site.person(other);
      expect([stranger.body.isNewUser, stranger.id === ada.id]).toEqual([
        true,
        false,
      ]);
    });

    it("may unlink the first account without ending the session", async () => {
      const ada = await site.person();
      const [first = ""] = await site.idsOf(ada);
      const other = newAccount();
      await site.linkAccount(ada, other);
      expect((await site.unlink(ada, first)).status).toBe(204);
      const again = await site.person(other);
      expect(again.id).toBe(ada.id);
      expect((await site.itemsOf(ada)).map(({ email }) => email)).toEqual([
        other.email,
      ]);
    });

    it("of the last account is 409 last_identity", async () => {
      const ada = await site.person();
      const [only = ""] = await site.idsOf(ada);
      expect(refusal(await site.unlink(ada, only))).toEqual([
        409,
        "last_identity",
      ]);
      expect(await site.idsOf(ada)).toEqual([only]);
      expect(await site.linesOf(ada)).toEqual([]);
    });

    it("of another user's account, an unlinked account or an invalid id is 404", async () => {
      const [ada, bob] = [await site.person(), await site.person()];
      const { body } = await site.linkAccount(bob, newAccount());
      await site.linkAccount(ada, newAccount());
      const gone = await site.linkAccount(ada, newAccount());
      await site.unlink(ada, String(gone.body.id));
      for (const id of [body.id, gone.body.id, "x", "%27", ada.account.sub]) {
        const answer = await site.unlink(ada, String(id));
        expect(refusal(answer)).toEqual([404, "not_found"]);
      }
      expect(await site.idsOf(bob)).toHaveLength(2);
      expect(await site.idsOf(ada)).toHaveLength(2);
    });
  });

  it("are all in the user's export", async () => {
    const ada = await site.person();
    const other = newAccount();
    await site.linkAccount(ada, other);
    const answer = await call(
      site.service,
      "GET",
      "/users/me/export",
      ada.accessToken,
    );
    const identities = answer.body.identities as {
      subject: string;
      claims: { email: string };
    }[];
    expect(
      identities.map(({ subject, claims }) => [subject, claims.email]).sort(),
    ).toEqual(
      [ada.account, other].map(({ sub, email }) => [sub, email]).sort(),
    );
    const text = JSON.stringify(identities);
    expect(text).not.toMatch(/nonce|digest|expires/i);
    expect((await site.linesOf(ada)).map(({ event }) => event)).toEqual([
      "identity_linked",
    ]);
    expect(JSON.stringify(await site.linesOf(ada))).not.toContain(other.email);
  });
});
