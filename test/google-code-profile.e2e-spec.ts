import { type GoogleAccount, newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import type { EndpointFault } from "../src/testing/google/faults";
import { type Answer, postJson, type UserBody } from "./support/requests";
import { useService } from "./support/use-service";

const { userInfo } = googlePaths;
/** An ID token without a profile, as Google may send it. */
const bare = {
  claims: {
    name: undefined,
    given_name: undefined,
    family_name: undefined,
    picture: undefined,
  },
};

describe("the profile of a user who signs in with a code", () => {
  const site = useService();

  afterEach(() => site.google.clearFaults());

  const signIn = async (
    options: Parameters<GoogleEmulator["authorizationCode"]>[0],
  ): Promise<Answer & { user: UserBody }> => {
    const code = site.google.authorizationCode(options);
    const answer = await postJson(site.service, "/auth/google/code", { code });
    return { ...answer, user: answer.body.user as UserBody };
  };
  const shown = ({ name, givenName, familyName, picture }: GoogleAccount) => ({
    ...{ name, givenName, familyName, picture },
  });
  const nothing = {
    ...{ name: null, givenName: null, familyName: null, picture: null },
  };

  it("is taken from the ID token without a request to userinfo", async () => {
    const account = newAccount();
    const before = site.google.requestCount(userInfo);
    const { user } = await signIn({
      account,
      userInfo: { name: "Another", locale: "de" },
    });
    expect(user).toMatchObject({ ...shown(account), locale: null });
    expect(site.google.requestCount(userInfo)).toBe(before);
  });

  it("is taken from userinfo if the ID token has none", async () => {
    const account = newAccount();
    const { status, user } = await signIn({
      account,
      idToken: bare,
      userInfo: { locale: "de" },
    });
    expect(status).toBe(200);
    expect(user).toMatchObject({ ...shown(account), locale: "de" });
    const [request] = site.google.requests
      .filter(({ path }) => path === userInfo)
      .slice(-1);
    expect(request?.method).toBe("GET");
    expect(request?.headers.authorization).toMatch(/^Bearer ya29\./);
    expect(request?.query.toString()).toBe("");
  });

  it("is completed field by field: signed fields are kept", async () => {
    const account = newAccount();
    const { user } = await signIn({
      account,
      idToken: { claims: { name: "Signed", family_name: undefined } },
      userInfo: { name: "Unsigned", family_name: "Of userinfo" },
    });
    expect(user).toMatchObject({
      ...shown(account),
      name: "Signed",
      familyName: "Of userinfo",
    });
  });

  it("is all that is taken from userinfo: not the identity, the address or the domain", async () => {
    const account = newAccount({ email: undefined, emailVerified: undefined });
    const { status, body } = await signIn({
      account,
      idToken: bare,
      userInfo: {
        ...{ email: "root@corp.example", email_verified: true },
        ...{
          hd: "corp.example",
          iss: "https://evil.example",
          roles: ["admin"],
        },
      },
    });
    expect([status, body.code]).toEqual([403, "email_not_verified"]);
    const known = await signIn({
      account: newAccount(),
      idToken: bare,
      userInfo: { email: "root@corp.example", hd: "corp.example" },
    });
    expect(known.user).toMatchObject({ hostedDomain: null, roles: [] });
    expect(known.user.email).toMatch(/@gmail\.com$/);
  });

  it("is cleaned like that of an ID token", async () => {
    const { user } = await signIn({
      account: newAccount(),
      idToken: bare,
      userInfo: {
        name: `\u202eA${"\u0000"}da${"x".repeat(300)}`,
        ...{ given_name: 7, family_name: ["L"], locale: { a: 1 } },
        picture: "javascript:alert(1)",
      },
    });
    expect(user.name).toBe(`Ada${"x".repeat(253)}`);
    expect(user).toMatchObject({
      ...{ givenName: null, familyName: null, locale: null, picture: null },
    });
  });

  it("of another account ends the sign-in: 401, and no row", async () => {
    const account = newAccount();
    for (const sub of ["108204268033311374519", `${account.sub} `, ""]) {
      const { status, body } = await signIn({
        account,
        idToken: bare,
        userInfo: { sub, name: "Ada Lovelace" },
      });
      expect([status, body.code, body.reason]).toEqual([
        401,
        "invalid_token",
        "userinfo_subject_mismatch",
      ]);
    }
    const { body } = await signIn({ account });
    expect(body.isNewUser).toBe(true);
  });

  it.each<[string, EndpointFault]>([
    ["is down", { status: 500 }],
    ["refuses the token", { status: 401 }],
    ["hangs", { hang: true }],
    ["closes the connection", { reset: true }],
    ["is a web page", { html: true }],
    ["is empty", { empty: true }],
    ["is null", { body: "null" }],
    ["has a number as subject", { body: '{"sub":1,"name":"Ada"}' }],
    ["is 100 MB", { oversized: 100_000_000 }],
    ["redirects", { redirectTo: "/oauth2/v3/userinfo" }],
  ])("stays empty if userinfo %s: 200", async (_what, fault) => {
    site.google.setFault(userInfo, fault);
    const elsewhere = site.google.requestCount(googlePaths.oldUserInfo);
    const { status, user } = await signIn({
      account: newAccount(),
      idToken: bare,
    });
    expect(status).toBe(200);
    expect(user).toMatchObject(nothing);
    expect(site.google.requestCount(googlePaths.oldUserInfo)).toBe(elsewhere);
  });
});
