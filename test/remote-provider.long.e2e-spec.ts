import { newAccount } from "../src/testing/google/accounts";
import { linesOf, linesSince } from "./support/audit-lines";
import { call, claimsOf, person, refusal } from "./support/calls";
import { Partner, userOf } from "./support/partner";
import { postForm, postJson } from "./support/requests";
import { query, rowCounts } from "./support/rows";

describe("POST /auth/:provider", () => {
  let site: Partner;

  beforeAll(async () => {
    site = await Partner.start();
  });

  afterAll(() => site.stop());

  describe("with a token that the remote API accepts", () => {
    it("signs in, first as a new user and then as the same", async () => {
      const account = newAccount({ hd: "corp.example" });
      const idToken = await site.partnerGoogle.idToken({ account });
      const body = { device: "laptop", profile: { team: "red" } };
      const first = await site.signIn(idToken, body);
      expect([first.status, first.body.isNewUser]).toEqual([200, true]);
      expect(first.headers.get("cache-control")).toBe("no-store");
      expect(userOf(first)).toMatchObject({
        email: account.email,
        emailVerified: true,
        // Even for Gmail, only Google itself is the authority for an address.
        emailAuthority: "verified",
        hostedDomain: null,
        name: account.name,
        givenName: account.givenName,
        familyName: account.familyName,
        picture: account.picture,
        profile: { team: "red" },
      });
      expect(claimsOf(String(first.body.accessToken)).client_id).toBe(
        site.partnerGoogle.clientIds[0],
      );
      site.clock.advance(1);
      const again = await site.signIn(
        await site.partnerGoogle.idToken({ account }),
      );
      expect([again.status, again.body.isNewUser]).toEqual([200, false]);
      expect(userOf(again).id).toBe(userOf(first).id);
      const accessToken = String(again.body.accessToken);
      const me = await call(site.service, "GET", "/users/me", accessToken);
      expect([me.status, me.body.id]).toEqual([200, userOf(first).id]);
      expect(
        (await linesOf(site.service, String(userOf(first).id))).map(
          ({ event }) => event,
        ),
      ).toEqual(["sign_up", "sign_in"]);
      const identities = await query<{ issuer: string; subject: string }>(
        site.service,
        "SELECT issuer, subject FROM google_auth.identities WHERE user_id = $1",
        [userOf(first).id],
      );
      expect(identities).toEqual([
        { issuer: "verify-token:partner", subject: account.sub },
      ]);
    });

    it("signs in with a form, with each field name for the token", async () => {
      const account = newAccount();
      const token = await site.partnerGoogle.idToken({ account });
      for (const field of ["idToken", "idtoken", "id_token", "credential"]) {
        const answer = await postForm(site.service, "/auth/partner", {
          [field]: token,
        });
        expect(answer.status).toBe(200);
      }
    });

    it("does not sign in the user with the same subject at Google or another provider", async () => {
      await using both = await site.another({}, [
        site.provider(),
        site.provider({ name: "partner-2" }),
      ]);
      const account = newAccount();
      const idToken = await site.partnerGoogle.idToken({ account });
      const users = [
        userOf(await site.signIn(idToken, {}, both)).id,
        userOf(await postJson(both, "/auth/partner-2", { idToken })).id,
        (await person(both, site.google, account)).id,
      ];
      expect(new Set(users).size).toBe(3);
    });

    it("does not grant the admin role by its address", async () => {
      const account = newAccount();
      await using admins = await site.another({
        ADMIN_EMAILS: String(account.email),
      });
      const idToken = await site.partnerGoogle.idToken({ account });
      expect(userOf(await site.signIn(idToken, {}, admins)).roles).toEqual([]);
    });

    it("must be of a hosted domain: without `hd` it is refused, as with Google", async () => {
      const env = { GOOGLE_HOSTED_DOMAINS: "corp.example" };
      const account = newAccount({ hd: "corp.example" });
      const idToken = await site.partnerGoogle.idToken({ account });
      await using strict = await site.another(env);
      const refused = await site.signIn(idToken, {}, strict);
      expect(refusal(refused)).toEqual([403, "hosted_domain_not_allowed"]);
      await using mapped = await site.another(env, [
        site.provider({ claims: { hostedDomain: "hd" } }),
      ]);
      expect((await site.signIn(idToken, {}, mapped)).status).toBe(200);
    });

    it.each([
      [
        "an unverified address",
        {},
        { emailVerified: false },
        "email_not_verified",
      ],
      ["sign-up closed", { SIGN_UP: "closed" }, {}, "sign_up_not_allowed"],
    ])("and %s is 403", async (_what, env, account, code) => {
      await using strict = await site.another(env);
      const idToken = await site.partnerGoogle.idToken({
        account: newAccount(account),
      });
      expect(refusal(await site.signIn(idToken, {}, strict))).toEqual([
        403,
        code,
      ]);
      expect((await rowCounts(strict)).users).toBe(0);
    });

    it("for a disabled user is 403 account_disabled", async () => {
      const account = newAccount();
      const first = await site.signIn(
        await site.partnerGoogle.idToken({ account }),
      );
      await query(
        site.service,
        "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
        [userOf(first).id],
      );
      const answer = await site.signIn(
        await site.partnerGoogle.idToken({ account }),
      );
      expect(refusal(answer)).toEqual([403, "account_disabled"]);
    });

    it("50 first sign-ins at once make one user", async () => {
      const account = newAccount();
      const idToken = await site.partnerGoogle.idToken({ account });
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => site.signIn(idToken)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(
        new Set([200]),
      );
      expect(new Set(answers.map((answer) => userOf(answer).id)).size).toBe(1);
      expect(
        answers.filter(({ body }) => body.isNewUser === true),
      ).toHaveLength(1);
    });
  });

  describe("with a token that the remote API refuses", () => {
    it.each([
      ["from Google itself", () => site.google.idToken()],
      ["forged", () => site.partnerGoogle.idToken({ signWith: "foreign" })],
      [
        "for another of the partner's apps",
        () => {
          const [, audience = ""] = site.partnerGoogle.clientIds;
          return site.partnerGoogle.idToken({ audience, azp: audience });
        },
      ],
      ["of a service account", () => site.partnerGoogle.serviceAccountToken()],
    ])("%s is 401 invalid_token, and audited", async (_what, make) => {
      const since = await linesSince(site.service);
      const before = await rowCounts(site.service);
      const answer = await site.signIn(await make());
      expect(refusal(answer)).toEqual([401, "invalid_token"]);
      expect(await since()).toEqual([
        expect.objectContaining({
          event: "sign_in_refused",
          reason: "refused_by_provider",
          details: { code: "invalid_token" },
        }),
      ]);
      expect(await rowCounts(site.service)).toEqual(before);
    });

    it("expired is 401 token_expired", async () => {
      const token = await site.partnerGoogle.idToken({
        issuedSecondsAgo: 7000,
      });
      expect(refusal(await site.signIn(token))).toEqual([401, "token_expired"]);
    });
  });
});
