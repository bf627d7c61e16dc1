import { newAccount } from "../src/testing/google/accounts";
import { call, type Person, refusal } from "./support/calls";
import { answers } from "./support/faulty-api";
import { identitiesPath, Linking } from "./support/linking";
import { postJson } from "./support/requests";
import { query } from "./support/rows";

describe("linking an account, as strict as a sign-in", () => {
  let site: Linking;

  beforeAll(async () => {
    site = await Linking.start();
  });

  afterAll(() => site.stop());

  describe("POST /users/me/identities", () => {
    it("with a token older than five minutes is 401 token_expired", async () => {
      const ada = await site.person();
      const old = (issuedSecondsAgo: number) =>
        site.google.idToken({
          account: newAccount(),
          claims: { iat: site.clock.nowSeconds() - issuedSecondsAgo },
        });
      const stale = await site.link(ada, { idToken: await old(301) });
      expect([...refusal(stale), stale.body.reason]).toEqual([
        401,
        "token_expired",
        "not_fresh",
      ]);
      const fresh = await site.link(ada, { idToken: await old(300) });
      expect(fresh.status).toBe(200);
    });

    it("with a token without a time of issue is 401", async () => {
      const ada = await site.person();
      site.api.behaviour = answers(200, {
        ...{ active: true, sub: "new", email: "a@b.example" },
        email_verified: true,
      });
      const answer = await site.link(ada, {
        provider: "partner",
        idToken: "o",
      });
      expect([...refusal(answer), answer.body.reason]).toEqual([
        401,
        "invalid_token",
        "issued_at_unknown",
      ]);
    });

    it.each([
      [
        "forged",
        () => site.google.idToken({ signWith: "foreign" }),
        [401, "invalid_token"],
      ],
      [
        "expired",
        () => site.google.idToken({ issuedSecondsAgo: 7000 }),
        [401, "token_expired"],
      ],
      [
        "of a service account",
        () => site.google.serviceAccountToken(),
        [403, "service_account_not_allowed"],
      ],
      [
        "of an unverified address",
        () =>
          site.google.idToken({
            account: newAccount({ emailVerified: false }),
          }),
        [403, "email_not_verified"],
      ],
    ])(
      "with a token that is %s is refused like a sign-in",
      async (_what, make, expected) => {
        const ada = await site.person();
        const answer = await site.link(ada, { idToken: await make() });
        expect(refusal(answer)).toEqual(expected);
        expect(await site.idsOf(ada)).toHaveLength(1);
      },
    );

    it("of an account outside the hosted domains is 403", async () => {
      await using strict = await site.another({
        GOOGLE_HOSTED_DOMAINS: "corp.example",
      });
      const inside = () => newAccount({ hd: "corp.example" });
      const ada = await site.person(inside(), strict);
      const answer = await site.linkAccount(ada, newAccount(), strict);
      expect(refusal(answer)).toEqual([403, "hosted_domain_not_allowed"]);
      expect((await site.linkAccount(ada, inside(), strict)).status).toBe(200);
    });

    it.each([
      ["no token", {}],
      ["two tokens", { idToken: "a", credential: "b" }],
      ["a list", { idToken: ["a"] }],
      ["an unknown provider", { provider: "nobody", idToken: "a" }],
      [
        "a provider named like a property of every object",
        { provider: "__proto__", idToken: "a" },
      ],
      ["a list of providers", { provider: ["google"], idToken: "a" }],
    ])("with %s is 400 invalid_request", async (_what, body) => {
      const ada = await site.person();
      const answer = await site.link(ada, body);
      expect([answer.status, answer.body.code]).toEqual([
        400,
        "invalid_request",
      ]);
    });

    it("uses up token and nonce like a sign-in, but not if it is refused", async () => {
      await using strict = await site.another({
        ...{ GOOGLE_ID_TOKEN_USE: "once", GOOGLE_NONCE: "required" },
      });
      const tokenWith = async (account = newAccount()) => {
        const issued = await postJson(strict, "/auth/google/nonce", {});
        const nonce = String(issued.body.nonce);
        return {
          nonce,
          idToken: await site.google.idToken({ account, nonce }),
        };
      };
      const signUp = async (account = newAccount()) => {
        const body = await tokenWith(account);
        const answer = await postJson(strict, "/auth/google", body);
        const accessToken = String(answer.body.accessToken);
        return { body, account, who: { accessToken } as Person };
      };
      const [ada, bob] = [await signUp(), await signUp()];
      const replayed = await site.link(ada.who, bob.body, strict);
      expect([...refusal(replayed), replayed.body.reason]).toEqual([
        401,
        "invalid_token",
        "token_used",
      ]);
      const without = await site.google.idToken({ account: newAccount() });
      const refused = await site.link(ada.who, { idToken: without }, strict);
      expect(refused.body.reason).toBe("nonce_missing");
      const other = await tokenWith();
      const wrong = await site.link(ada.who, { ...other, nonce: "x" }, strict);
      expect(wrong.body.reason).toBe("nonce_mismatch");
      expect((await site.link(ada.who, other, strict)).status).toBe(200);
      const again = await site.link(ada.who, other, strict);
      expect([...refusal(again), again.body.reason]).toEqual([
        401,
        "invalid_token",
        "token_used",
      ]);
      const taken = await tokenWith(bob.account);
      const inUse = await site.link(ada.who, taken, strict);
      expect(refusal(inUse)).toEqual([409, "identity_in_use"]);
      const signsIn = await postJson(strict, "/auth/google", taken);
      expect(signsIn.status).toBe(200);
    });

    it("counts for the rate limits of sign-ins", async () => {
      await using limited = await site.another({
        RATE_LIMIT_SIGN_IN_FAILURES: "2/60",
      });
      const ada = await site.person(undefined, limited);
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) {
        statuses.push(
          (await site.link(ada, { idToken: "guess" }, limited)).status,
        );
      }
      expect(statuses).toEqual([401, 401, 429]);
    });
  });

  describe.each([
    ["GET", identitiesPath, undefined],
    ["POST", identitiesPath, { idToken: "a" }],
    ["DELETE", `${identitiesPath}/x`, undefined],
  ])("%s %s", (method, address, body) => {
    it("needs an access token", async () => {
      const answer = await call(site.service, method, address, undefined, body);
      expect(refusal(answer)).toEqual([401, "unauthenticated"]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    });

    it("is refused to a disabled user", async () => {
      const ada = await site.person();
      const idToken = await site.google.idToken({ account: newAccount() });
      await query(
        site.service,
        "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1",
        [ada.id],
      );
      const answer = await call(
        site.service,
        method,
        address,
        ada.accessToken,
        body && { idToken },
      );
      expect(refusal(answer)).toEqual([403, "account_disabled"]);
    });
  });
});
